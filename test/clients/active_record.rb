#!/usr/bin/env ruby
# Works on a job with ActiveRecord, which reads the columns of each class from its table.

# shown in docs/clients.md
require 'active_record'

ActiveRecord::Base.establish_connection(adapter: 'postgresql')

class JobsRecord < ActiveRecord::Base
  self.abstract_class = true
  self.table_name_prefix = 'jobs.'
  self.pluralize_table_names = false

  def self.acting(actor)
    transaction do
      # not select_value: in a request of Rails, the query cache may answer it
      connection.execute(sanitize_sql(['SELECT jobs.act_as(?)', actor]))
      yield
    end
  end
end

class Job < JobsRecord; end
class Message < JobsRecord; end
class JobList < JobsRecord
  # later versions than Rails 6.1 don't need to be told
  attribute :time_left, :interval
end

def write(actor, job_id, body)
  # reload, for the database has filled the other columns
  JobsRecord.acting(actor) { Message.create!(job_id: job_id, body: body).reload }
end

def set_status(actor, job_id, status)
  JobsRecord.acting(actor) { Job.find(job_id).update!(status: status) }
rescue ActiveRecord::StatementInvalid => error
  refusal(error)
end

def refusal(error)
  said = error.cause.result
  [PG::PG_DIAG_SQLSTATE, PG::PG_DIAG_CONSTRAINT_NAME, PG::PG_DIAG_MESSAGE_DETAIL, PG::PG_DIAG_MESSAGE_HINT]
    .map { |field| said.error_field(field) }
end
# up to here

ANN = 'member:1025'
BOB = 'member:2049'
NOBODY = ''
ID = ARGV[0].to_i

def read(actor)
  JobsRecord.acting(actor) { Job.find(ID) }
end

# the whole row, as it was read, with another status or none
def save(actor, job, status = job.status)
  JobsRecord.acting(actor) do
    job.status = status
    job.attribute_names.each { |name| job.public_send("#{name}_will_change!") }
    job.save!
  end
  [job.status]
rescue ActiveRecord::StatementInvalid => error
  refusal(error)
end

def tell(what, *values)
  puts [what, *values].join('|')
end

tell 'columns of job', *Job.column_names.sort
tell 'columns of job_list', *JobList.column_names.sort
stale = read(ANN)
tell 'saved by another', *save(BOB, read(BOB), 'opened')
tell 'stale', *save(ANN, stale)
tell 'stale, declined', *save(ANN, stale, 'declined')
message = write(ANN, ID, 'From ActiveRecord')
tell 'written', message.id, message.author
tell 'saved', *save(ANN, read(ANN), 'inactive')
tell 'saved by nobody', *save(NOBODY, read(ANN), 'completed')
tell 'refused', *set_status(ANN, ID, 'awaiting_response')
JobsRecord.acting(ANN) { tell 'listed', *JobList.where(id: ID).pluck(:status) }
tell 'listed to nobody', *JobList.pluck(:id)
