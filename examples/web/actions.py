"""What the buttons do: the function behind each action, and what its form asks for.

The names of actions are those that jobs.allowed_actions(), jobs.proposal_actions() and
jobs.conversation_actions() answer with. A field is an argument of the function. What a form leaves
out has the function's default, and what is left empty is NULL.
"""

# Ids stay below it, so that JavaScript knows them exactly.
LARGEST_ID = 2**53 - 1

REVIEW = ("communication", "quality", "comment")

ACTIONS = {
    "job": {
        "open": ("open_job",),
        "message": ("reply_to_job", "body", "client_key"),
        "assign": ("assign_members", "member_ids"),
        "unassign": ("unassign_members", "member_ids"),
        "mark_inactive": ("mark_inactive",),
        "reactivate": ("reactivate_job",),
        "complete": ("complete_job", "message"),
        "confirm": ("confirm_completion",),
        "reject": ("reject_completion", "comment"),
        "decline": ("decline_job", "reason", "comment"),
        "review": ("review_job", *REVIEW),
    },
    "proposal": {
        "accept": ("accept_proposal", "store_id"),
        "decline": ("decline_proposal",),
        "withdraw": ("withdraw_proposal",),
        "request_review": ("request_review",),
        "review": ("review_proposal", *REVIEW),
    },
    "conversation": {
        "message": ("send_message", "body", "job_id", "client_key"),
        "propose": ("send_proposal", "service_id", "title", "work", "price", "currency", "client_key"),
        "block": ("block_conversation",),
        "unblock": ("unblock_conversation",),
    },
    # no function tells of these whether they are possible now
    "organization": {
        "write": ("start_conversation", "body", "client_key"),
        "request": ("request_job", "service_id", "title", "description", "store_id", "budget", "currency",
                    "client_key"),
    },
    "service": {
        "request": ("request_job", "title", "description", "store_id", "budget", "currency", "max_matches",
                    "auto_rematch", "client_key"),
    },
    "request": {
        "rematch": ("rematch_request", "client_key"),
    },
    "review": {
        "reply": ("reply_to_review", "body"),
    },
    "email": {
        "retry": ("retry_email",),
    },
}


def to_id(word):
    """The id that somebody sent. Raises ValueError where it can be none."""
    if not 0 <= int(word) <= LARGEST_ID:
        raise ValueError(word)
    return int(word)


def fields(thing, action):
    """What the action's form asks for."""
    return ACTIONS[thing][action][1:]


def run(transaction, thing, number, action, form):
    """Does what a form asks for. Returns the function's first row."""
    function, *names = ACTIONS[thing][action]
    arguments = {f"{thing}_id": number}
    for name in names:
        if name == "member_ids":
            arguments[name] = form.getlist(name, type=to_id)
        elif name in form:
            # browsers end lines as typewriters did
            arguments[name] = form[name].replace("\r\n", "\n") or None
    return next(iter(transaction.call(function, **arguments)), None)
