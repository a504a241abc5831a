-- The figures go with the migration before.
DO $$ BEGIN NULL; END $$;
