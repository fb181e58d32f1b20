\set i random(0, 9999)
\set o :i % 1000
\set job (:i + 1) * 1024 + :o + 1
\set member (2 * :o + 1) * 1024 + :o + 1
\set merchant ((:i + 7 * (:i / 1000)) % 1000 + 1) * 1024
