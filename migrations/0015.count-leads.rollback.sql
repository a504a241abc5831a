-- The figures go with the migration before.
SELECT 1;
