-- The same e-mails as events of PgQ, in batches of 100: a producer's transaction of 100 events, then a
-- tick, as often as a daemon would make one for so many.

CREATE EXTENSION pgq;
GRANT pgq_reader TO bench_plain;

CREATE PROCEDURE queue.refill_pgq()
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pgq.drop_queue('mail', true) FROM pgq.queue WHERE queue_name = 'mail';
	PERFORM pgq.create_queue('mail');
	PERFORM pgq.register_consumer('mail', 'mailer');
	COMMIT;
	FOR i IN 0..399 LOOP
		PERFORM pgq.insert_event('mail', kind, payload::text, recipient, language, NULL, NULL)
		FROM queue.stock
		WHERE id IN (SELECT id FROM queue.stock ORDER BY id LIMIT 100 OFFSET 100 * i);
		COMMIT;
		PERFORM pgq.force_tick('mail');
		PERFORM pgq.ticker('mail');
		COMMIT;
	END LOOP;
END
$$;
