SELECT pgq.next_batch('mail', 'mailer') AS batch \gset
SELECT count(*), sum(length(ev_type) + length(ev_extra1)) FROM pgq.get_batch_events(:batch);
SELECT pgq.finish_batch(:batch);
