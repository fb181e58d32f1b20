-- A reader of all events, who acknowledges at once, and waits a little when there are none.
SELECT count(*) AS n, coalesce(max(event_position), 0) AS last FROM jobs.read_events('bench') \gset
\if :n > 0
SELECT jobs.ack_events('bench', :last);
\else
\sleep 50 ms
\endif
