-- What a session has in memory of its own after :calls replies, more than after 1,000: kB.

CREATE FUNCTION pg_temp.own() RETURNS integer LANGUAGE sql
RETURN substring(pg_read_file('/proc/self/status') from 'RssAnon:\s*(\d+)')::integer;

CREATE PROCEDURE pg_temp.reply(calls integer, body text)
LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1..calls LOOP
		PERFORM jobs.reply_to_job((i % 10000 + 1) * 1024 + i % 1000 + 1, body,
			actor => 'member:' || (2 * (i % 1000) + 1) * 1024 + i % 1000 + 1);
		COMMIT;
	END LOOP;
END
$$;

CALL pg_temp.reply(1000, :'body');
SELECT pg_temp.own() AS before \gset
CALL pg_temp.reply(:calls - 1000, :'body');
SELECT pg_temp.own() - :before;
