-- The same score as somebody would write it in SQL who knows the formula: one row of sums for each
-- organization and service, without parts.
WITH known AS MATERIALIZED (
	SELECT e.organization_id, e.received * f AS received, e.decided * f AS decided, e.answered * f AS answered, e.declined * f AS declined,
		e.expired * f AS expired, e.completed * f AS completed, e.reviews * f AS reviews, e.stars * f AS stars, e.confirmed_jobs
	FROM plain.evidence e,
		LATERAL (SELECT power(2, least(extract(epoch FROM e.landmark - now())::float8 / e.half_life, 0)) AS f) x
	WHERE e.service_id = $1),
mean AS (
	SELECT (coalesce(sum(declined), 0) + 10 * 0.1) / (coalesce(sum(decided), 0) + 10) AS decline,
		(coalesce(sum(expired), 0) + 10 * 0.1) / (coalesce(sum(decided), 0) + 10) AS expiry,
		(coalesce(sum(answered), 0) + 10 * 0.8) / (coalesce(sum(decided), 0) + 10) AS answer,
		(coalesce(sum(completed), 0) + 10 * 0.5) / (coalesce(sum(decided), 0) + 10) AS completion,
		(coalesce(sum(stars), 0) + 5 * 3.0) / (coalesce(sum(reviews), 0) + 5) AS rating
	FROM known),
matched AS (
	SELECT s.organization_id, coalesce(k.received, 0) AS received,
		-(coalesce(k.declined, 0) + 10 * m.decline) / (coalesce(k.decided, 0) + 10) AS decline_part,
		-2 * (coalesce(k.expired, 0) + 10 * m.expiry) / (coalesce(k.decided, 0) + 10) AS expiry_part,
		0.5 * (coalesce(k.answered, 0) + 10 * m.answer) / (coalesce(k.decided, 0) + 10) AS answer_part,
		0.5 * (coalesce(k.completed, 0) + 10 * m.completion) / (coalesce(k.decided, 0) + 10) AS completion_part,
		((coalesce(k.stars, 0) + 5 * m.rating) / (coalesce(k.reviews, 0) + 5) - 1) / 4 AS rating_part,
		0.25 * CASE WHEN $2::numeric IS NULL OR s.max_price IS NULL THEN 0 WHEN s.max_price <= $2 THEN 1
			ELSE ($2 - coalesce(s.min_price, 0)) / (s.max_price - coalesce(s.min_price, 0)) END::float8 AS price_part,
		k.confirmed_jobs
	FROM jobs.provided_service s
	JOIN jobs.preferences p ON p.organization_id = s.organization_id AND p.is_available AND p.is_listed
	LEFT JOIN known k ON k.organization_id = s.organization_id
	CROSS JOIN mean m
	WHERE s.service_id = $1 AND ($2::numeric IS NULL OR s.min_price IS NULL OR (s.min_price <= $2 AND s.currency = 'USD')))
SELECT organization_id, decline_part + expiry_part + answer_part + completion_part + rating_part + price_part AS score,
	decline_part, expiry_part, answer_part, completion_part, rating_part, price_part, received, confirmed_jobs
FROM matched
ORDER BY score DESC, received, organization_id
LIMIT 10
