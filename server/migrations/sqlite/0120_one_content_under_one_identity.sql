-- Two packages in stores of a project never have one name, version and architecture: apt would take either.
-- Its twin for the other engine has the same number; a test compares the two.

-- What is there twice already stays, numbered; administrators are told of it when the server starts.
ALTER TABLE core_package ADD COLUMN twin INTEGER NOT NULL DEFAULT 0;

UPDATE core_package SET twin = core_package.id WHERE store_id IS NOT NULL AND version <> ''
AND EXISTS (
    SELECT 1 FROM core_package AS o WHERE o.project_id = core_package.project_id AND o.name = core_package.name
    AND o.version = core_package.version AND o.architecture = core_package.architecture
    AND o.store_id IS NOT NULL AND o.id < core_package.id
);

CREATE UNIQUE INDEX core_package_identity_idx ON core_package (project_id, name, version, architecture, twin)
WHERE store_id IS NOT NULL AND version <> '';
