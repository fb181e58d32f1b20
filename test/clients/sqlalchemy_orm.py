#!/usr/bin/env python3
# Works on a job with SQLAlchemy. Its automap makes classes of what it finds in the schema.

import sys

from sqlalchemy.orm.attributes import flag_modified

# shown in docs/clients.md
from sqlalchemy import MetaData, Table, create_engine, event, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.automap import automap_base
from sqlalchemy.orm import Session

engine = create_engine("postgresql+psycopg2://")
Base = automap_base(metadata=MetaData(schema="jobs"))
Base.prepare(autoload_with=engine)
Job, Message = Base.classes.job, Base.classes.message
# a view has no key, so it is a table and not a class
job_list = Table("job_list", Base.metadata, autoload_with=engine)


# the session that acts for somebody says so at the beginning of each transaction
@event.listens_for(Session, "after_begin")
def act(session, transaction, connection):
    connection.execute(text("SELECT jobs.act_as(:actor)"), {"actor": session.info["actor"]})


def write(actor, job_id, body):
    with Session(engine, info={"actor": actor}) as session:
        message = Message(job_id=job_id, body=body)
        session.add(message)
        session.commit()
        return message.id, message.author


def set_status(actor, job_id, status):
    try:
        with Session(engine, info={"actor": actor}) as session:
            session.get(Job, job_id).status = status
            session.commit()
    except DBAPIError as error:
        return refusal(error)


def refusal(error):
    said = error.orig.diag
    return said.sqlstate, said.constraint_name, said.message_detail, said.message_hint
# up to here


ann, bob, nobody = "member:1025", "member:2049", ""
job_id = int(sys.argv[1])


def read(actor):
    with Session(engine, info={"actor": actor}) as session:
        return session.get(Job, job_id)


# the whole row, as it was read, with another status or none
def save(actor, job, status=None):
    try:
        with Session(engine, info={"actor": actor}) as session:
            job = session.merge(job)
            job.status = status or job.status
            for column in job.__table__.columns:
                flag_modified(job, column.name)
            session.commit()
            return (job.status,)
    except DBAPIError as error:
        return refusal(error)


def tell(what, *values):
    print(what, *("" if value is None else value for value in values), sep="|")


tell("columns of job", *sorted(Job.__table__.columns.keys()))
tell("columns of job_list", *sorted(job_list.columns.keys()))
stale = read(ann)
tell("saved by another", *save(bob, read(bob), "opened"))
tell("stale", *save(ann, stale))
tell("stale, declined", *save(ann, stale, "declined"))
tell("written", *write(ann, job_id, "From SQLAlchemy"))
tell("saved", *save(ann, read(ann), "inactive"))
tell("saved by nobody", *save(nobody, read(ann), "completed"))
tell("refused", *set_status(ann, job_id, "awaiting_response"))
with Session(engine, info={"actor": ann}) as session:
    tell("listed", *session.execute(select(job_list.c.status).where(job_list.c.id == job_id)).scalars())
with engine.connect() as connection:
    tell("listed to nobody", *connection.execute(select(job_list.c.id)).scalars())
