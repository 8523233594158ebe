-- Packages that no deployment offers are listed in order: most packages are known from computers alone, and in no store.
-- Its twin for the other engine has the same number; a test compares the two.

CREATE INDEX core_package_in_store_idx ON core_package (fullname, version) WHERE store_id IS NOT NULL;
