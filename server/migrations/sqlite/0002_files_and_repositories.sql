-- Files by their content, and the repositories published from them.
-- Its twin for the other engine has the same number; a test compares the two.

-- A row stands for a file in the blob store; whatever refers to it keeps it.
CREATE TABLE file_blob (
    sha256 TEXT NOT NULL PRIMARY KEY,
    size INTEGER NOT NULL,
    stored_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX file_blob_stored_at_idx ON file_blob (stored_at);

-- What lies in a store, under the path its address ends with.
CREATE TABLE store_file (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    store_id INTEGER NOT NULL REFERENCES core_store (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    package_id INTEGER UNIQUE REFERENCES core_package (id) ON DELETE CASCADE,
    sha256 TEXT NOT NULL REFERENCES file_blob (sha256),
    size INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    UNIQUE (store_id, path)
) STRICT;
CREATE INDEX store_file_sha256_idx ON store_file (sha256);

-- What a package says about itself, read once when it is uploaded. The stanza is its part of a
-- Packages index, but for the line that says where the file is.
CREATE TABLE package_control (
    package_id INTEGER NOT NULL PRIMARY KEY REFERENCES core_package (id) ON DELETE CASCADE,
    stanza TEXT NOT NULL,
    summary TEXT NOT NULL,
    description TEXT NOT NULL,
    section TEXT NOT NULL,
    homepage TEXT NOT NULL,
    licence TEXT NOT NULL,
    depends TEXT NOT NULL,
    installed_size INTEGER
) STRICT;

CREATE TABLE app_catalog_icon (
    application_id INTEGER NOT NULL PRIMARY KEY REFERENCES app_catalog_application (id) ON DELETE CASCADE,
    path TEXT NOT NULL UNIQUE,
    sha256 TEXT NOT NULL REFERENCES file_blob (sha256),
    size INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE INDEX app_catalog_icon_sha256_idx ON app_catalog_icon (sha256);

-- A published state of a deployment's repository. The one that is not retired is served; retired
-- ones stay for those who began to read them. modified_at is what HTTP calls Last-Modified: it
-- grows by a second at least, so that it tells two generations apart.
CREATE TABLE repository_generation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    deployment_id INTEGER NOT NULL REFERENCES core_deployment (id) ON DELETE CASCADE,
    project_id INTEGER NOT NULL REFERENCES core_project (id) ON DELETE CASCADE,
    slug TEXT NOT NULL,
    package_count INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    retired_at INTEGER
) STRICT;
CREATE UNIQUE INDEX repository_generation_current_key ON repository_generation (deployment_id) WHERE retired_at IS NULL;
CREATE INDEX repository_generation_deployment_id_idx ON repository_generation (deployment_id);
CREATE INDEX repository_generation_project_id_slug_idx ON repository_generation (project_id, slug);
CREATE INDEX repository_generation_retired_at_idx ON repository_generation (retired_at);

-- The indexes and signatures of a generation; path is below the repository's folder.
CREATE TABLE repository_file (
    generation_id INTEGER NOT NULL REFERENCES repository_generation (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    md5 TEXT NOT NULL,
    sha1 TEXT NOT NULL,
    sha256 TEXT NOT NULL REFERENCES file_blob (sha256),
    sha512 TEXT NOT NULL,
    PRIMARY KEY (generation_id, path)
) STRICT, WITHOUT ROWID;
CREATE INDEX repository_file_sha256_idx ON repository_file (sha256);
CREATE INDEX repository_file_sha512_idx ON repository_file (sha512);

-- The package files of a repository and the generations they belong to: from the first to the
-- last, which is null while the current one has it.
CREATE TABLE repository_package (
    deployment_id INTEGER NOT NULL REFERENCES core_deployment (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    sha256 TEXT NOT NULL REFERENCES file_blob (sha256),
    size INTEGER NOT NULL,
    published_at INTEGER NOT NULL,
    first_generation INTEGER NOT NULL,
    last_generation INTEGER,
    PRIMARY KEY (deployment_id, path, first_generation)
) STRICT, WITHOUT ROWID;
CREATE INDEX repository_package_sha256_idx ON repository_package (sha256);
CREATE INDEX repository_package_last_generation_idx ON repository_package (last_generation);

-- How far the publication of a deployment is.
CREATE TABLE repository_publication (
    deployment_id INTEGER NOT NULL PRIMARY KEY REFERENCES core_deployment (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    generation INTEGER,
    packages INTEGER NOT NULL DEFAULT 0,
    done INTEGER NOT NULL DEFAULT 0,
    total INTEGER NOT NULL DEFAULT 0,
    message TEXT NOT NULL DEFAULT '',
    requested_at INTEGER NOT NULL,
    finished_at INTEGER
) STRICT;
CREATE INDEX repository_publication_state_idx ON repository_publication (state);
