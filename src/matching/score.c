/*
 * score.c
 *
 * The formula of a match's score.
 */
#include "postgres.h"

#include "matching/score.h"

/*
 * Each part of the score: what it is a share of, what is assumed of a marketplace of which
 * nothing is known, and what the share from 0 to 1 is worth. To let a job expire costs twice
 * what declining it costs, for the merchant has waited in vain.
 */
static const struct
{
	EvidenceKind numerator;
	EvidenceKind denominator;
	double prior_weight;
	double assumed;
	double most; /* that the share can be */
	double worth;
} parts[] = {
	[PART_DECLINE] = {EVIDENCE_DECLINED, EVIDENCE_DECIDED, SCORE_PRIOR_JOBS, 0.1, 1.0, -1.0},
	[PART_EXPIRY] = {EVIDENCE_EXPIRED, EVIDENCE_DECIDED, SCORE_PRIOR_JOBS, 0.1, 1.0, -2.0},
	[PART_ANSWER] = {EVIDENCE_ANSWERED, EVIDENCE_DECIDED, SCORE_PRIOR_JOBS, 0.8, 1.0, 0.5},
	[PART_COMPLETION] = {EVIDENCE_COMPLETED, EVIDENCE_DECIDED, SCORE_PRIOR_JOBS, 0.5, 1.0, 0.5},
	/* stars from 1 to 5 */
	[PART_RATING] = {EVIDENCE_STARS, EVIDENCE_REVIEWS, SCORE_PRIOR_REVIEWS, 3.0, 5.0, 1.0},
};

/* What it is worth that the whole price range is within the budget. */
#define PRICE_WORTH 0.25

/*
 * A part is no larger than its whole. Of a job that bears a time to come all that happens to it
 * weighs 1, and in the sums what happened first has faded meanwhile.
 */
static double
share_of(MatchPart part, const double *sums, double assumed)
{
	double whole = sums[parts[part].denominator];
	double counted = Min(sums[parts[part].numerator], parts[part].most * whole);

	return (counted + parts[part].prior_weight * assumed) / (whole + parts[part].prior_weight);
}

ScoreMeans
score_means(const Evidence *evidence, int count)
{
	double sums[EVIDENCE_KINDS] = {0};
	ScoreMeans means = {0};

	for (int i = 0; i < count; i++)
	{
		for (int kind = 0; kind < EVIDENCE_KINDS; kind++)
			sums[kind] += evidence[i].sums[kind];
	}
	for (int part = 0; part < lengthof(parts); part++)
		means.shares[part] = share_of(part, sums, parts[part].assumed);
	return means;
}

/*
 * From 0 to 1; only ratings have another scale.
 */
static double
normalized_share(MatchPart part, double share)
{
	return part == PART_RATING ? (share - 1) / 4 : share;
}

void
score_match(Match *match, const Evidence *evidence, const ScoreMeans *means, double price_fit)
{
	static const Evidence nothing;
	const double *sums = evidence ? evidence->sums : nothing.sums;

	match->score = 0;
	for (int part = 0; part < lengthof(parts); part++)
	{
		match->shares[part] = share_of(part, sums, means->shares[part]);
		match->parts[part] = parts[part].worth * normalized_share(part, match->shares[part]);
		match->score += match->parts[part];
	}
	match->shares[PART_PRICE] = Max(price_fit, 0);
	match->parts[PART_PRICE] = PRICE_WORTH * match->shares[PART_PRICE];
	match->score += match->parts[PART_PRICE];
	match->has_jobs = sums[EVIDENCE_DECIDED] > 0;
	match->has_reviews = sums[EVIDENCE_REVIEWS] > 0;
	match->received = sums[EVIDENCE_RECEIVED];
	match->confirmed_jobs = evidence ? evidence->confirmed_jobs : 0;
}
