-- one of the jobs that wait for the next answer, and whose it is: see market.sql
\set i random(0, (:jobs - :due - 1) / 5) * 5
\set o least(greatest(int(exp(double((:i + :seed) * 2654435761 % 4294967296) / 4294967296 * ln(:organizations + 1)) - 0.5), 1), :organizations) - 1
\set job (:i + 1) * 1024 + :o % 1000 + 1
\set member (2 * :o + 1) * 1024 + :o % 1000 + 1
\set merchant least(greatest(int(pow(1 + double((:i + :seed) * 2246822519 % 4294967296) / 4294967296 * (sqrt(:merchants + 1) - 1), 2) - 0.5), 1), :merchants) * 1024
