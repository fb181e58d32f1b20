/*
 * score.c
 *
 * The formula of a match's score.
 */
#include "postgres.h"

#include "matching/score.h"

/* What parts are shares of, and what the mean weighs beside it. */
static const struct
{
	EvidenceKind whole;
	double prior_weight;
} groups[SCORE_GROUPS] = {
	[SCORE_JOBS] = {EVIDENCE_DECIDED, SCORE_PRIOR_JOBS},
	[SCORE_REVIEWS] = {EVIDENCE_REVIEWS, SCORE_PRIOR_REVIEWS},
};

/*
 * Each part of the score: what it is a share of, what is assumed of a marketplace of which
 * nothing is known, from where to where the share goes, and what the whole way is worth. To let a
 * job expire costs twice what declining it costs, for the merchant has waited in vain.
 */
static const struct
{
	ScoreGroup group;
	EvidenceKind numerator;
	double assumed;
	double least;
	double most;
	double worth;
} parts[] = {
	[PART_DECLINE] = {SCORE_JOBS, EVIDENCE_DECLINED, 0.1, 0, 1, -1.0},
	[PART_EXPIRY] = {SCORE_JOBS, EVIDENCE_EXPIRED, 0.1, 0, 1, -2.0},
	[PART_ANSWER] = {SCORE_JOBS, EVIDENCE_ANSWERED, 0.8, 0, 1, 0.5},
	[PART_COMPLETION] = {SCORE_JOBS, EVIDENCE_COMPLETED, 0.5, 0, 1, 0.5},
	/* stars */
	[PART_RATING] = {SCORE_REVIEWS, EVIDENCE_STARS, 3.0, 1, 5, 1.0},
};

/*
 * A part is no larger than its whole. Of a job that bears a time to come all that happens to it
 * weighs 1, and in the sums what happened first has faded meanwhile.
 */
static double
counted(MatchPart part, const double *sums)
{
	return Min(sums[parts[part].numerator], parts[part].most * sums[groups[parts[part].group].whole]);
}

static double
share_of(MatchPart part, const double *sums, double assumed)
{
	double whole = sums[groups[parts[part].group].whole];
	double prior_weight = groups[parts[part].group].prior_weight;

	return (counted(part, sums) + prior_weight * assumed) / (whole + prior_weight);
}

/*
 * What a share is worth.
 */
static double
worth_of(MatchPart part, double share)
{
	return parts[part].worth * ((share - parts[part].least) / (parts[part].most - parts[part].least));
}

ScoreMeans
score_means(const double *sums)
{
	ScoreMeans means = {0};

	for (int part = 0; part < lengthof(parts); part++)
	{
		means.shares[part] = share_of(part, sums, parts[part].assumed);
		means.worth[parts[part].group] += worth_of(part, means.shares[part]);
	}
	return means;
}

void
score_match(Match *match, const Evidence *evidence, const ScoreMeans *means)
{
	static const Evidence nothing;
	const double *sums = evidence ? evidence->sums : nothing.sums;

	match->score = 0;
	for (int part = 0; part < lengthof(parts); part++)
	{
		match->shares[part] = share_of(part, sums, means->shares[part]);
		match->parts[part] = worth_of(part, match->shares[part]);
		match->score += match->parts[part];
	}
	match->has_jobs = sums[EVIDENCE_DECIDED] > 0;
	match->has_reviews = sums[EVIDENCE_REVIEWS] > 0;
	match->received = sums[EVIDENCE_RECEIVED];
	match->confirmed_jobs = evidence ? evidence->confirmed_jobs : 0;
}

void
score_add_price(Match *match, double price_fit)
{
	match->shares[PART_PRICE] = Max(price_fit, 0);
	match->parts[PART_PRICE] = SCORE_PRICE_WORTH * match->shares[PART_PRICE];
	match->score += match->parts[PART_PRICE];
}

double
score_amount(ScoreGroup group, const double *sums)
{
	return sums[groups[group].whole] / groups[group].prior_weight;
}

double
score_worth(ScoreGroup group, const double *sums)
{
	double worth = 0;

	for (int part = 0; part < lengthof(parts); part++)
	{
		if (parts[part].group == group)
			worth += worth_of(part, counted(part, sums) / sums[groups[group].whole]);
	}
	return worth;
}

/*
 * The end of the scale: of parts that are worth something the least or the most, and of those that
 * cost something the other way round.
 */
static double
end_of_worth(ScoreGroup group, bool is_most)
{
	double worth = 0;

	for (int part = 0; part < lengthof(parts); part++)
	{
		if (parts[part].group == group)
			worth += worth_of(part, (parts[part].worth > 0) == is_most ? parts[part].most : parts[part].least);
	}
	return worth;
}

double
score_least_worth(ScoreGroup group)
{
	return end_of_worth(group, false);
}

double
score_most_worth(ScoreGroup group)
{
	return end_of_worth(group, true);
}

double
score_gain(ScoreGroup group, const ScoreMeans *means, double amount, double worth)
{
	/* however large the amount is */
	return Max(worth - means->worth[group], 0) / (1 + 1 / amount);
}
