#!/usr/bin/env python3
# Works on a job with Django. inspectdb has made the models of the app `market` from the tables.

import sys

import django

django.setup()

# shown in docs/clients.md
from contextlib import contextmanager

from django.db import DatabaseError, connection, transaction
from market.models import Job, JobList, Message


@contextmanager
def acting(actor):
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT jobs.act_as(%s)", [actor])
        yield


def write(actor, job_id, body):
    with acting(actor):
        message = Message.objects.create(job_id=job_id, body=body)
        # the database has filled the other columns
        message.refresh_from_db()
        return message.id, message.author


def set_status(actor, job_id, status):
    try:
        with acting(actor):
            job = Job.objects.get(pk=job_id)
            job.status = status
            job.save(update_fields=["status"])
    except DatabaseError as error:
        return refusal(error)


def refusal(error):
    said = error.__cause__.diag
    return said.sqlstate, said.constraint_name, said.message_detail, said.message_hint
# up to here


ann, bob, nobody = "member:1025", "member:2049", ""
job_id = int(sys.argv[1])


def read(actor):
    with acting(actor):
        return Job.objects.get(pk=job_id)


# the whole row, as it was read, with another status or none
def save(actor, job, status=None):
    try:
        with acting(actor):
            job.status = status or job.status
            job.save()
            return (job.status,)
    except DatabaseError as error:
        return refusal(error)


def columns(model):
    return sorted(field.column for field in model._meta.fields)


def tell(what, *values):
    print(what, *("" if value is None else value for value in values), sep="|")


tell("columns of job", *columns(Job))
tell("columns of job_list", *columns(JobList))
stale = read(ann)
tell("saved by another", *save(bob, read(bob), "opened"))
tell("stale", *save(ann, stale))
tell("stale, declined", *save(ann, stale, "declined"))
tell("written", *write(ann, job_id, "From Django"))
tell("saved", *save(ann, read(ann), "inactive"))
tell("saved by nobody", *save(nobody, read(ann), "completed"))
tell("refused", *set_status(ann, job_id, "awaiting_response"))
with acting(ann):
    tell("listed", *JobList.objects.filter(id=job_id).values_list("status", flat=True))
tell("listed to nobody", *JobList.objects.values_list("id", flat=True))
