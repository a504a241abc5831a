-- A small harbour, with every kind of column that a filter can meet.
CREATE SCHEMA test;
CREATE SCHEMA v2;
CREATE SCHEMA hidden;
CREATE TYPE test.rig AS ENUM ('row', 'sail', 'motor');
CREATE TYPE test.place AS (x numeric, y numeric, name text);

CREATE TABLE test.boats (
    id int PRIMARY KEY,
    name text NOT NULL,
    rig test.rig,
    length numeric(6, 2),
    speed float8,
    crew int,
    serial bigint,
    built date,
    seen timestamptz,
    docked bool,
    tags text[],
    marks int[],
    papers jsonb,
    log json,
    code uuid,
    hull char(4),
    berth varchar(10),
    host inet,
    photo bytea,
    note text
);
INSERT INTO test.boats VALUES
    (1, 'Albatros', 'sail', 12.50, 7.5, 4, 9007199254740993, '1998-05-01', '2024-03-01 12:00:00+00', true,
        '{wood,old}', '{1,2,3}', '{"flag": "fr", "tons": 4, "rooms": ["bow", "stern"], "owner": {"name": "Ada", "age": 41}}',
        '{"day": 1, "who": "ada"}', '00000000-0000-4000-8000-00000000000a', 'AB', 'A1', '10.0.0.1', '\x00ff', 'needs paint'),
    (2, 'Bora, Bora', 'motor', 8.00, 22, 2, 2, '2005-07-12', '2024-03-02 12:00:00+00', false,
        '{fast}', '{2}', '{"flag": "it", "tons": 10, "rooms": ["bow"]}',
        '{"day": 2, "who": "bo"}', '00000000-0000-4000-8000-00000000000b', 'CD', 'A2', '10.0.0.2', '\x01', NULL),
    (3, 'Calypso', 'sail', 12.50, NULL, 6, 3, '1987-01-30', NULL, NULL,
        '{}', '{}', '{}', 'null', NULL, NULL, 'B1', NULL, NULL, ''),
    (4, 'delfin', 'motor', 30.00, 31.25, 12, 4, '2019-11-05', '2024-03-04 12:00:00+02', true,
        '{fast,new}', '{3,4}', '{"flag": "fr", "tons": 30, "owner": {"name": "Bo", "age": null}}',
        '{"day": 4, "who": "di"}', '00000000-0000-4000-8000-00000000000d', 'EFGH', 'B2', '192.168.1.9', NULL, 'a "quoted" word'),
    (5, 'Étoile', 'sail', 9.75, 6, 3, 5, '2012-02-29', '2024-03-05 12:00:00+00', false,
        NULL, NULL, NULL, NULL, '00000000-0000-4000-8000-00000000000e', 'I', 'C1', '::1', NULL, 'back\slash'),
    (6, 'Fjord (II)', 'row', 4.20, 3, 1, 6, NULL, '2024-03-06 12:00:00+00', NULL,
        '{wood}', '{5,6}', '[{"flag": "no"}, 7, [8, 9]]', '[10, 20]',
        '00000000-0000-4000-8000-00000000000f', 'JK', 'C2', NULL, NULL, '100% oak_wood');

CREATE TABLE test.words (id int PRIMARY KEY, word text);
INSERT INTO test.words VALUES
    (1, 'plain'), (2, 'has, comma'), (3, 'par(en)s'), (4, 'dq"in"side'), (5, '"'), (6, '\'), (7, '/\a/\b/\'), (8, ''),
    (9, 'O''Brien; DROP TABLE x'), (10, 'a.b'), (11, 'null'), (12, ' lead'), (13, 'trail '), (14, '%'), (15, 'a*b'),
    (16, '{x}'), (17, 'ünï'), (18, '😀'), (19, NULL), (20, 'x=1&y=2'), (21, 'eq.plain'), (22, '(1,2)');

CREATE TABLE test.tides (id int PRIMARY KEY, span int4range, days daterange);
INSERT INTO test.tides VALUES
    (1, '[1,3]', '[2024-01-01,2024-01-10)'), (2, '[4,6]', '[2024-01-10,2024-01-20)'), (3, '[7,9]', '[2024-01-05,2024-01-15)'),
    (4, '[10,12]', 'empty'), (5, NULL, NULL);

CREATE TABLE test.notes (id int PRIMARY KEY, body text, doc jsonb, raw json, vector tsvector);
INSERT INTO test.notes
SELECT n, body, jsonb_build_object('body', body), json_build_object('body', body), to_tsvector(language::regconfig, body)
FROM (VALUES
    (1, 'english', 'Old ships sail slowly through fog'),
    (2, 'english', 'A fat seagull steals the chips'),
    (3, 'english', 'Sailing is fun and sometimes possible'),
    (4, 'french', 'Les bateaux naviguaient sur la mer'),
    (5, 'german', 'Die Schiffe fahren über das Meer')
) AS v (n, language, body);

CREATE DOMAIN test.mail AS text CHECK (VALUE LIKE '%@%');
CREATE DOMAIN test.small AS int CHECK (VALUE < 100);
CREATE DOMAIN test.lexemes AS tsvector;
CREATE TABLE test.kinds (
    id int PRIMARY KEY, mail test.mail, small test.small, lexemes test.lexemes, lasts interval, opens time, bits bit(3), mac macaddr,
    price money, number oid, letter "char", codes varchar(3)[], rigs test.rig[], days date[], spans int4multirange, spot point,
    tall numeric(30, 15), smalls test.small[]
);
INSERT INTO test.kinds VALUES
    (1, 'a@b', 7, 'sail:1 fog:2', '1 day 02:00', '08:30', '101', '08:00:2b:01:02:03', 12.5, 1000, 'a', '{x,y}', '{sail,row}',
        '{2024-01-01}', '{[1,3),[7,9)}', '(1,2)', 0.1, '{1,2}'),
    (2, 'c@d', 9, 'chips:1', '3 hours', '17:00', '011', '08:00:2b:01:02:04', 7, 2000, 'b', '{z}', '{motor}',
        '{2024-02-01,2024-02-02}', '{[4,6)}', '(3,4)', 123456789012345.123456789012345, '{3}');

CREATE TABLE test.trees (id int PRIMARY KEY, data json);
INSERT INTO test.trees VALUES
    (1, '[1, 2, 3]'), (2, '[4, 5, 6]'), (3, '[[9, 8, 7], [11, 12, 13]]'), (4, '[{"a": "A"}, {"b": "B"}]'),
    (5, '{"c": [1, {"d": [4, 5]}], "n": "12"}'), (6, '{"k@y!": {"#x*": 3}, "a.b": {"c,d": "deep"}, "my-key": "dash", "two words": 2}'),
    (7, '{"3": "three", "0xy": "mixed", "-1": "minus", "": "none"}');

CREATE TABLE test.spots (id int PRIMARY KEY, place test.place, grid int[], grid2 int[][]);
INSERT INTO test.spots VALUES
    (1, '(0.5,1,north)', '{1,2,3}', '{{1,2,3},{4,5,6}}'), (2, '(0.6,2,south)', '{11,12,13}', '{{11,12,13},{14,15,16}}');

CREATE TABLE test."Odd Names" (
    "*id*" int PRIMARY KEY, "with space" text, "dash-ed" text, "a.dotted" text, "(paren,comma)" text, ":arr->ow::cast" text,
    "  padded  " text, "quo""te" text, "back\slash" text, "$money$" int, "Größe" int, "名前" text, "select" text, "user" text,
    "UPPER" text, "not" int, "and" int, "count" int, "t" int, "1st" int
);
INSERT INTO test."Odd Names" VALUES
    (1, 's1', 'd1', 'dot1', 'p1', 'arrow1', 'pad1', 'q1', 'b1', 100, 7, 'n1', 'sel1', 'u1', 'up1', 1, 1, 1, 1, 1),
    (2, 's2', 'd2', 'dot2', 'p2', 'arrow2', 'pad2', 'q2', 'b2', 200, 8, 'n2', 'sel2', 'u2', 'up2', 2, 2, 2, 2, 2);

CREATE TABLE test."船" ("番号" int);
INSERT INTO test."船" VALUES (1), (2);

CREATE TABLE test.steps (id int PRIMARY KEY);
INSERT INTO test.steps SELECT generate_series(1, 15);
CREATE TABLE test.nothing (id int PRIMARY KEY, name text);
CREATE TABLE test.sorts (id int PRIMARY KEY, a int, b text);
INSERT INTO test.sorts VALUES (1, 2, 'x'), (2, NULL, 'y'), (3, 1, NULL), (4, 2, 'w');
CREATE FUNCTION test.tripled(test.sorts) RETURNS int LANGUAGE sql IMMUTABLE RETURN 3 * ($1).a;
CREATE FUNCTION test.b(test.sorts) RETURNS text LANGUAGE sql IMMUTABLE RETURN 'hidden by the column';
CREATE FUNCTION test.drawn(test.sorts) RETURNS float LANGUAGE sql VOLATILE RETURN random();
CREATE FUNCTION v2.quadrupled(test.sorts) RETURNS int LANGUAGE sql IMMUTABLE RETURN 4 * ($1).a;

CREATE TABLE test.secret (id int PRIMARY KEY);
CREATE TABLE test.partly (id int PRIMARY KEY, open text, closed text);
INSERT INTO test.partly VALUES (1, 'seen', 'unseen');
CREATE TABLE hidden.boats (id int);

CREATE TABLE test.walled (id int PRIMARY KEY, who text);
INSERT INTO test.walled VALUES (1, 'leads_viewer'), (2, 'leads_admin'), (3, 'leads_viewer');
ALTER TABLE test.walled ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON test.walled FOR SELECT USING (who = current_user);
CREATE SEQUENCE test.ticket;

CREATE VIEW test.sailing AS SELECT id, name FROM test.boats WHERE rig = 'sail';
CREATE MATERIALIZED VIEW test.by_rig AS SELECT rig, count(*)::int AS boats FROM test.boats GROUP BY rig;
CREATE TABLE test.parted (id int, zone text) PARTITION BY LIST (zone);
CREATE TABLE test.parted_n PARTITION OF test.parted FOR VALUES IN ('n');
INSERT INTO test.parted VALUES (1, 'n');
CREATE VIEW test.zero AS SELECT id, 1 / (id - 2) AS ratio FROM test.steps;
CREATE VIEW test.tickets AS SELECT nextval('test.ticket') AS number;
CREATE VIEW test.bad_subquery AS SELECT (SELECT id FROM test.steps) AS id;

CREATE TABLE v2.boats (id int PRIMARY KEY, name text);
INSERT INTO v2.boats VALUES (7, 'Seven'), (8, 'Eight');
CREATE TABLE v2.only_here (id int PRIMARY KEY);
INSERT INTO v2.only_here VALUES (70);

GRANT USAGE ON SCHEMA test, v2, hidden TO leads_viewer;
GRANT SELECT ON ALL TABLES IN SCHEMA test, v2, hidden TO leads_viewer;
GRANT USAGE ON SEQUENCE test.ticket TO leads_viewer;
GRANT EXECUTE ON FUNCTION test.tripled(test.sorts), test.drawn(test.sorts), v2.quadrupled(test.sorts) TO leads_viewer;
REVOKE ALL ON test.secret, test.partly FROM leads_viewer;
GRANT SELECT (id, open) ON test.partly TO leads_viewer;
ANALYZE test.steps, test.boats, test.nothing;
