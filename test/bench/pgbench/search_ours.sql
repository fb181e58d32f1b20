SELECT organization_id, name, description, rank FROM jobs.search_organizations(:words);
