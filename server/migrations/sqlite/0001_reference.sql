-- The reference schema: every table an organisation's data lives in.
-- Its twin for the other engine has the same number; a test compares the two.

-- Server-wide values that are not settings of one process.

CREATE TABLE setting (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- Operators, groups, permissions

CREATE TABLE content_type (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    app_label TEXT NOT NULL,
    model TEXT NOT NULL,
    UNIQUE (app_label, model)
) STRICT;

CREATE TABLE auth_permission (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    content_type_id INTEGER NOT NULL REFERENCES content_type (id) ON DELETE CASCADE,
    codename TEXT NOT NULL,
    UNIQUE (content_type_id, codename)
) STRICT;
CREATE INDEX auth_permission_codename_idx ON auth_permission (codename);

CREATE TABLE auth_group (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE auth_group_permissions (
    group_id INTEGER NOT NULL REFERENCES auth_group (id) ON DELETE CASCADE,
    permission_id INTEGER NOT NULL REFERENCES auth_permission (id) ON DELETE CASCADE,
    PRIMARY KEY (group_id, permission_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX auth_group_permissions_permission_id_idx ON auth_group_permissions (permission_id);

CREATE TABLE core_domain (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    comment TEXT
) STRICT;

-- An operator is one row.
CREATE TABLE core_userprofile (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    username TEXT NOT NULL UNIQUE,
    password TEXT NOT NULL,
    password_changed_at INTEGER NOT NULL,
    first_name TEXT NOT NULL DEFAULT '',
    last_name TEXT NOT NULL DEFAULT '',
    email TEXT NOT NULL DEFAULT '',
    is_superuser INTEGER CHECK (is_superuser IN (0, 1)) NOT NULL DEFAULT 0,
    is_staff INTEGER CHECK (is_staff IN (0, 1)) NOT NULL DEFAULT 0,
    is_active INTEGER CHECK (is_active IN (0, 1)) NOT NULL DEFAULT 1,
    last_login INTEGER,
    date_joined INTEGER NOT NULL,
    domain_preference_id INTEGER REFERENCES core_domain (id) ON DELETE SET NULL,
    scope_preference_id INTEGER REFERENCES core_scope (id) ON DELETE SET NULL
) STRICT;
CREATE INDEX core_userprofile_domain_preference_id_idx ON core_userprofile (domain_preference_id);
CREATE INDEX core_userprofile_scope_preference_id_idx ON core_userprofile (scope_preference_id);

CREATE TABLE auth_user_groups (
    user_id INTEGER NOT NULL REFERENCES core_userprofile (id) ON DELETE CASCADE,
    group_id INTEGER NOT NULL REFERENCES auth_group (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, group_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX auth_user_groups_group_id_idx ON auth_user_groups (group_id);
CREATE TABLE auth_user_user_permissions (
    user_id INTEGER NOT NULL REFERENCES core_userprofile (id) ON DELETE CASCADE,
    permission_id INTEGER NOT NULL REFERENCES auth_permission (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, permission_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX auth_user_user_permissions_permission_id_idx ON auth_user_user_permissions (permission_id);
CREATE TABLE core_userprofile_domains (
    userprofile_id INTEGER NOT NULL REFERENCES core_userprofile (id) ON DELETE CASCADE,
    domain_id INTEGER NOT NULL REFERENCES core_domain (id) ON DELETE CASCADE,
    PRIMARY KEY (userprofile_id, domain_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX core_userprofile_domains_domain_id_idx ON core_userprofile_domains (domain_id);

CREATE TABLE auth_token (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES core_userprofile (id) ON DELETE CASCADE,
    token_hash TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    expires_at INTEGER
) STRICT;
CREATE INDEX auth_token_user_id_idx ON auth_token (user_id);

CREATE TABLE auth_session (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES core_userprofile (id) ON DELETE CASCADE,
    token_hash TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    address TEXT NOT NULL DEFAULT '',
    user_agent TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX auth_session_user_id_idx ON auth_session (user_id);
CREATE INDEX auth_session_expires_at_idx ON auth_session (expires_at);

CREATE TABLE auth_ticket (
    ticket_hash TEXT NOT NULL PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES core_userprofile (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX auth_ticket_user_id_idx ON auth_ticket (user_id);
CREATE INDEX auth_ticket_expires_at_idx ON auth_ticket (expires_at);

-- Projects, stores, packages

CREATE TABLE core_platform (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE core_project (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    slug TEXT NOT NULL UNIQUE,
    pms TEXT NOT NULL,
    architecture TEXT NOT NULL,
    auto_register_computers INTEGER CHECK (auto_register_computers IN (0, 1)) NOT NULL DEFAULT 0,
    platform_id INTEGER NOT NULL REFERENCES core_platform (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX core_project_platform_id_idx ON core_project (platform_id);

CREATE TABLE core_store (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    slug TEXT NOT NULL,
    project_id INTEGER NOT NULL REFERENCES core_project (id) ON DELETE CASCADE,
    UNIQUE (project_id, name),
    UNIQUE (project_id, slug)
) STRICT;
CREATE INDEX core_store_name_idx ON core_store (name);

CREATE TABLE core_package (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    fullname TEXT NOT NULL,
    name TEXT NOT NULL DEFAULT '',
    version TEXT NOT NULL,
    architecture TEXT NOT NULL,
    project_id INTEGER NOT NULL REFERENCES core_project (id) ON DELETE CASCADE,
    store_id INTEGER REFERENCES core_store (id) ON DELETE CASCADE,
    UNIQUE (project_id, fullname)
) STRICT;
CREATE INDEX core_package_fullname_idx ON core_package (fullname);
CREATE INDEX core_package_project_id_name_version_architecture_idx ON core_package (project_id, name, version, architecture);
CREATE INDEX core_package_store_id_idx ON core_package (store_id);
CREATE INDEX core_package_name_idx ON core_package (name);

CREATE TABLE core_packageset (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    description TEXT,
    project_id INTEGER NOT NULL REFERENCES core_project (id) ON DELETE CASCADE,
    store_id INTEGER REFERENCES core_store (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX core_packageset_name_idx ON core_packageset (name);
CREATE INDEX core_packageset_project_id_idx ON core_packageset (project_id);
CREATE INDEX core_packageset_store_id_idx ON core_packageset (store_id);

CREATE TABLE core_packageset_packages (
    packageset_id INTEGER NOT NULL REFERENCES core_packageset (id) ON DELETE CASCADE,
    package_id INTEGER NOT NULL REFERENCES core_package (id) ON DELETE CASCADE,
    PRIMARY KEY (packageset_id, package_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX core_packageset_packages_package_id_idx ON core_packageset_packages (package_id);

-- Properties and attributes

CREATE TABLE core_property (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    prefix TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    enabled INTEGER CHECK (enabled IN (0, 1)) NOT NULL DEFAULT 1,
    kind TEXT NOT NULL DEFAULT 'N',
    sort TEXT NOT NULL DEFAULT 'client',
    auto_add INTEGER CHECK (auto_add IN (0, 1)) NOT NULL DEFAULT 1,
    language INTEGER NOT NULL DEFAULT 0,
    code TEXT
) STRICT;
CREATE INDEX core_property_name_idx ON core_property (name);
CREATE INDEX core_property_sort_idx ON core_property (sort);

CREATE TABLE core_attribute (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    property_att_id INTEGER NOT NULL REFERENCES core_property (id) ON DELETE CASCADE,
    value TEXT NOT NULL,
    description TEXT,
    longitude REAL,
    latitude REAL,
    UNIQUE (property_att_id, value)
) STRICT;
CREATE INDEX core_attribute_value_idx ON core_attribute (value);

CREATE TABLE core_domain_included_attributes (
    domain_id INTEGER NOT NULL REFERENCES core_domain (id) ON DELETE CASCADE,
    attribute_id INTEGER NOT NULL REFERENCES core_attribute (id) ON DELETE CASCADE,
    PRIMARY KEY (domain_id, attribute_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX core_domain_included_attributes_attribute_id_idx ON core_domain_included_attributes (attribute_id);
CREATE TABLE core_domain_excluded_attributes (
    domain_id INTEGER NOT NULL REFERENCES core_domain (id) ON DELETE CASCADE,
    attribute_id INTEGER NOT NULL REFERENCES core_attribute (id) ON DELETE CASCADE,
    PRIMARY KEY (domain_id, attribute_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX core_domain_excluded_attributes_attribute_id_idx ON core_domain_excluded_attributes (attribute_id);
CREATE TABLE core_domain_tags (
    domain_id INTEGER NOT NULL REFERENCES core_domain (id) ON DELETE CASCADE,
    serverattribute_id INTEGER NOT NULL REFERENCES core_attribute (id) ON DELETE CASCADE,
    PRIMARY KEY (domain_id, serverattribute_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX core_domain_tags_serverattribute_id_idx ON core_domain_tags (serverattribute_id);

CREATE TABLE core_attributeset (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    description TEXT,
    enabled INTEGER CHECK (enabled IN (0, 1)) NOT NULL DEFAULT 1,
    longitude REAL,
    latitude REAL
) STRICT;

CREATE TABLE core_attributeset_included_attributes (
    attributeset_id INTEGER NOT NULL REFERENCES core_attributeset (id) ON DELETE CASCADE,
    attribute_id INTEGER NOT NULL REFERENCES core_attribute (id) ON DELETE CASCADE,
    PRIMARY KEY (attributeset_id, attribute_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX core_attributeset_included_attributes_attribute_id_idx ON core_attributeset_included_attributes (attribute_id);
CREATE TABLE core_attributeset_excluded_attributes (
    attributeset_id INTEGER NOT NULL REFERENCES core_attributeset (id) ON DELETE CASCADE,
    attribute_id INTEGER NOT NULL REFERENCES core_attribute (id) ON DELETE CASCADE,
    PRIMARY KEY (attributeset_id, attribute_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX core_attributeset_excluded_attributes_attribute_id_idx ON core_attributeset_excluded_attributes (attribute_id);

CREATE TABLE core_singularity (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    enabled INTEGER CHECK (enabled IN (0, 1)) NOT NULL DEFAULT 1,
    property_att_id INTEGER NOT NULL REFERENCES core_property (id) ON DELETE CASCADE,
    priority INTEGER NOT NULL,
    language INTEGER NOT NULL DEFAULT 0,
    code TEXT
) STRICT;
CREATE INDEX core_singularity_property_att_id_priority_idx ON core_singularity (property_att_id, priority);

CREATE TABLE core_singularity_included_attributes (
    singularity_id INTEGER NOT NULL REFERENCES core_singularity (id) ON DELETE CASCADE,
    attribute_id INTEGER NOT NULL REFERENCES core_attribute (id) ON DELETE CASCADE,
    PRIMARY KEY (singularity_id, attribute_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX core_singularity_included_attributes_attribute_id_idx ON core_singularity_included_attributes (attribute_id);
CREATE TABLE core_singularity_excluded_attributes (
    singularity_id INTEGER NOT NULL REFERENCES core_singularity (id) ON DELETE CASCADE,
    attribute_id INTEGER NOT NULL REFERENCES core_attribute (id) ON DELETE CASCADE,
    PRIMARY KEY (singularity_id, attribute_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX core_singularity_excluded_attributes_attribute_id_idx ON core_singularity_excluded_attributes (attribute_id);

-- Deployments and their schedules

CREATE TABLE core_schedule (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    description TEXT
) STRICT;

CREATE TABLE core_scheduledelay (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    delay INTEGER NOT NULL,
    duration INTEGER NOT NULL DEFAULT 1 CHECK (duration >= 1),
    schedule_id INTEGER NOT NULL REFERENCES core_schedule (id) ON DELETE CASCADE,
    UNIQUE (schedule_id, delay)
) STRICT;

CREATE TABLE core_scheduledelay_attributes (
    scheduledelay_id INTEGER NOT NULL REFERENCES core_scheduledelay (id) ON DELETE CASCADE,
    attribute_id INTEGER NOT NULL REFERENCES core_attribute (id) ON DELETE CASCADE,
    PRIMARY KEY (scheduledelay_id, attribute_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX core_scheduledelay_attributes_attribute_id_idx ON core_scheduledelay_attributes (attribute_id);

CREATE TABLE core_deployment (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    enabled INTEGER CHECK (enabled IN (0, 1)) NOT NULL DEFAULT 1,
    name TEXT NOT NULL,
    slug TEXT NOT NULL,
    project_id INTEGER NOT NULL REFERENCES core_project (id) ON DELETE CASCADE,
    domain_id INTEGER REFERENCES core_domain (id) ON DELETE SET NULL,
    comment TEXT,
    packages_to_install TEXT,
    packages_to_remove TEXT,
    default_preincluded_packages TEXT,
    default_included_packages TEXT,
    default_excluded_packages TEXT,
    schedule_id INTEGER REFERENCES core_schedule (id) ON DELETE SET NULL,
    start_date TEXT NOT NULL,
    auto_restart INTEGER CHECK (auto_restart IN (0, 1)) NOT NULL DEFAULT 0,
    source TEXT NOT NULL DEFAULT 'I',
    base_url TEXT,
    options TEXT,
    suite TEXT,
    components TEXT,
    frozen INTEGER CHECK (frozen IN (0, 1)) NOT NULL DEFAULT 1,
    expire INTEGER NOT NULL DEFAULT 1440,
    UNIQUE (project_id, name),
    UNIQUE (project_id, slug)
) STRICT;
CREATE INDEX core_deployment_name_idx ON core_deployment (name);
CREATE INDEX core_deployment_domain_id_idx ON core_deployment (domain_id);
CREATE INDEX core_deployment_schedule_id_idx ON core_deployment (schedule_id);

CREATE TABLE core_deployment_included_attributes (
    deployment_id INTEGER NOT NULL REFERENCES core_deployment (id) ON DELETE CASCADE,
    attribute_id INTEGER NOT NULL REFERENCES core_attribute (id) ON DELETE CASCADE,
    PRIMARY KEY (deployment_id, attribute_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX core_deployment_included_attributes_attribute_id_idx ON core_deployment_included_attributes (attribute_id);
CREATE TABLE core_deployment_excluded_attributes (
    deployment_id INTEGER NOT NULL REFERENCES core_deployment (id) ON DELETE CASCADE,
    attribute_id INTEGER NOT NULL REFERENCES core_attribute (id) ON DELETE CASCADE,
    PRIMARY KEY (deployment_id, attribute_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX core_deployment_excluded_attributes_attribute_id_idx ON core_deployment_excluded_attributes (attribute_id);
CREATE TABLE core_deployment_available_packages (
    deployment_id INTEGER NOT NULL REFERENCES core_deployment (id) ON DELETE CASCADE,
    package_id INTEGER NOT NULL REFERENCES core_package (id) ON DELETE CASCADE,
    PRIMARY KEY (deployment_id, package_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX core_deployment_available_packages_package_id_idx ON core_deployment_available_packages (package_id);
CREATE TABLE core_deployment_available_package_sets (
    deployment_id INTEGER NOT NULL REFERENCES core_deployment (id) ON DELETE CASCADE,
    packageset_id INTEGER NOT NULL REFERENCES core_packageset (id) ON DELETE CASCADE,
    PRIMARY KEY (deployment_id, packageset_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX core_deployment_available_package_sets_packageset_id_idx ON core_deployment_available_package_sets (packageset_id);

CREATE TABLE core_scope (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    user_id INTEGER NOT NULL REFERENCES core_userprofile (id) ON DELETE CASCADE,
    domain_id INTEGER REFERENCES core_domain (id) ON DELETE SET NULL
) STRICT;
CREATE UNIQUE INDEX core_scope_user_id_domain_id_name_key ON core_scope (user_id, COALESCE(domain_id, 0), name);
CREATE INDEX core_scope_domain_id_idx ON core_scope (domain_id);
CREATE INDEX core_scope_name_idx ON core_scope (name);

CREATE TABLE core_scope_included_attributes (
    scope_id INTEGER NOT NULL REFERENCES core_scope (id) ON DELETE CASCADE,
    attribute_id INTEGER NOT NULL REFERENCES core_attribute (id) ON DELETE CASCADE,
    PRIMARY KEY (scope_id, attribute_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX core_scope_included_attributes_attribute_id_idx ON core_scope_included_attributes (attribute_id);
CREATE TABLE core_scope_excluded_attributes (
    scope_id INTEGER NOT NULL REFERENCES core_scope (id) ON DELETE CASCADE,
    attribute_id INTEGER NOT NULL REFERENCES core_attribute (id) ON DELETE CASCADE,
    PRIMARY KEY (scope_id, attribute_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX core_scope_excluded_attributes_attribute_id_idx ON core_scope_excluded_attributes (attribute_id);

-- Software inventories: one row per distinct list, however many computers hold it.

CREATE TABLE software_inventory (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hash TEXT NOT NULL,
    project_id INTEGER NOT NULL REFERENCES core_project (id) ON DELETE CASCADE,
    package_count INTEGER NOT NULL,
    UNIQUE (project_id, hash)
) STRICT;

CREATE TABLE software_inventory_package (
    inventory_id INTEGER NOT NULL REFERENCES software_inventory (id) ON DELETE CASCADE,
    package_id INTEGER NOT NULL REFERENCES core_package (id) ON DELETE CASCADE,
    PRIMARY KEY (inventory_id, package_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX software_inventory_package_package_id_idx ON software_inventory_package (package_id);

-- Computers

CREATE TABLE client_user (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    fullname TEXT NOT NULL DEFAULT '',
    UNIQUE (name, fullname)
) STRICT;

CREATE TABLE client_computer (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid TEXT UNIQUE,
    status TEXT NOT NULL,
    name TEXT,
    fqdn TEXT,
    project_id INTEGER NOT NULL REFERENCES core_project (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    ip_address TEXT,
    forwarded_ip_address TEXT,
    default_logical_device_id INTEGER,
    last_hardware_capture INTEGER,
    sync_start_date INTEGER,
    sync_end_date INTEGER,
    sync_user_id INTEGER REFERENCES client_user (id) ON DELETE SET NULL,
    product TEXT,
    machine TEXT NOT NULL DEFAULT 'P',
    cpu TEXT,
    ram INTEGER,
    storage INTEGER,
    disks INTEGER,
    mac_address TEXT,
    comment TEXT,
    architecture INTEGER,
    product_system TEXT NOT NULL DEFAULT '',
    software_inventory_id INTEGER REFERENCES software_inventory (id) ON DELETE SET NULL
) STRICT;
CREATE INDEX client_computer_name_idx ON client_computer (name);
CREATE INDEX client_computer_status_idx ON client_computer (status);
CREATE INDEX client_computer_project_id_status_idx ON client_computer (project_id, status);
CREATE INDEX client_computer_created_at_idx ON client_computer (created_at);
CREATE INDEX client_computer_sync_end_date_idx ON client_computer (sync_end_date);
CREATE INDEX client_computer_sync_user_id_idx ON client_computer (sync_user_id);
CREATE INDEX client_computer_product_idx ON client_computer (product);
CREATE INDEX client_computer_ip_address_idx ON client_computer (ip_address);
CREATE INDEX client_computer_default_logical_device_id_idx ON client_computer (default_logical_device_id);
CREATE INDEX client_computer_software_inventory_id_idx ON client_computer (software_inventory_id);

CREATE TABLE client_computer_sync_attributes (
    computer_id INTEGER NOT NULL REFERENCES client_computer (id) ON DELETE CASCADE,
    attribute_id INTEGER NOT NULL REFERENCES core_attribute (id) ON DELETE CASCADE,
    PRIMARY KEY (computer_id, attribute_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX client_computer_sync_attributes_attribute_id_idx ON client_computer_sync_attributes (attribute_id);
CREATE TABLE client_computer_tags (
    computer_id INTEGER NOT NULL REFERENCES client_computer (id) ON DELETE CASCADE,
    serverattribute_id INTEGER NOT NULL REFERENCES core_attribute (id) ON DELETE CASCADE,
    PRIMARY KEY (computer_id, serverattribute_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX client_computer_tags_serverattribute_id_idx ON client_computer_tags (serverattribute_id);

CREATE TABLE client_softwaresnapshot (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    computer_id INTEGER NOT NULL REFERENCES client_computer (id) ON DELETE CASCADE,
    inventory_id INTEGER NOT NULL REFERENCES software_inventory (id) ON DELETE CASCADE,
    installed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX client_softwaresnapshot_computer_id_installed_at_idx ON client_softwaresnapshot (computer_id, installed_at);
CREATE INDEX client_softwaresnapshot_inventory_id_idx ON client_softwaresnapshot (inventory_id);
CREATE INDEX client_softwaresnapshot_installed_at_idx ON client_softwaresnapshot (installed_at);

-- What a computer is doing now: one live message, gone when its synchronization ends.
CREATE TABLE client_message (
    computer_id INTEGER NOT NULL PRIMARY KEY REFERENCES client_computer (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    message TEXT NOT NULL
) STRICT;
CREATE INDEX client_message_created_at_idx ON client_message (created_at);

CREATE TABLE client_synchronization (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at INTEGER NOT NULL,
    computer_id INTEGER NOT NULL REFERENCES client_computer (id) ON DELETE CASCADE,
    start_date INTEGER,
    user_id INTEGER REFERENCES client_user (id) ON DELETE SET NULL,
    project_id INTEGER REFERENCES core_project (id) ON DELETE CASCADE,
    consumer TEXT,
    pms_status_ok INTEGER CHECK (pms_status_ok IN (0, 1)) NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX client_synchronization_created_at_idx ON client_synchronization (created_at);
CREATE INDEX client_synchronization_computer_id_created_at_idx ON client_synchronization (computer_id, created_at);
-- Few fail; the charts ask for them only.
CREATE INDEX client_synchronization_failed_idx ON client_synchronization (created_at, computer_id) WHERE NOT pms_status_ok;
CREATE INDEX client_synchronization_user_id_idx ON client_synchronization (user_id);
CREATE INDEX client_synchronization_project_id_created_at_idx ON client_synchronization (project_id, created_at);

CREATE TABLE client_error (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at INTEGER NOT NULL,
    computer_id INTEGER NOT NULL REFERENCES client_computer (id) ON DELETE CASCADE,
    description TEXT,
    checked INTEGER CHECK (checked IN (0, 1)) NOT NULL DEFAULT 0,
    project_id INTEGER NOT NULL REFERENCES core_project (id) ON DELETE CASCADE,
    synchronization_id INTEGER REFERENCES client_synchronization (id) ON DELETE SET NULL
) STRICT;
CREATE INDEX client_error_created_at_idx ON client_error (created_at);
CREATE INDEX client_error_computer_id_created_at_idx ON client_error (computer_id, created_at);
CREATE INDEX client_error_project_id_created_at_idx ON client_error (project_id, created_at);
CREATE INDEX client_error_synchronization_id_idx ON client_error (synchronization_id);
CREATE INDEX client_error_checked_created_at_idx ON client_error (checked, created_at);

CREATE TABLE client_faultdefinition (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    description TEXT,
    enabled INTEGER CHECK (enabled IN (0, 1)) NOT NULL DEFAULT 1,
    language INTEGER NOT NULL DEFAULT 0,
    code TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE client_faultdefinition_included_attributes (
    faultdefinition_id INTEGER NOT NULL REFERENCES client_faultdefinition (id) ON DELETE CASCADE,
    attribute_id INTEGER NOT NULL REFERENCES core_attribute (id) ON DELETE CASCADE,
    PRIMARY KEY (faultdefinition_id, attribute_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX client_faultdefinition_included_attributes_attribute_id_idx ON client_faultdefinition_included_attributes (attribute_id);
CREATE TABLE client_faultdefinition_excluded_attributes (
    faultdefinition_id INTEGER NOT NULL REFERENCES client_faultdefinition (id) ON DELETE CASCADE,
    attribute_id INTEGER NOT NULL REFERENCES core_attribute (id) ON DELETE CASCADE,
    PRIMARY KEY (faultdefinition_id, attribute_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX client_faultdefinition_excluded_attributes_attribute_id_idx ON client_faultdefinition_excluded_attributes (attribute_id);
CREATE TABLE client_faultdefinition_users (
    faultdefinition_id INTEGER NOT NULL REFERENCES client_faultdefinition (id) ON DELETE CASCADE,
    userprofile_id INTEGER NOT NULL REFERENCES core_userprofile (id) ON DELETE CASCADE,
    PRIMARY KEY (faultdefinition_id, userprofile_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX client_faultdefinition_users_userprofile_id_idx ON client_faultdefinition_users (userprofile_id);

CREATE TABLE client_fault (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at INTEGER NOT NULL,
    computer_id INTEGER NOT NULL REFERENCES client_computer (id) ON DELETE CASCADE,
    fault_definition_id INTEGER NOT NULL REFERENCES client_faultdefinition (id) ON DELETE CASCADE,
    result TEXT,
    checked INTEGER CHECK (checked IN (0, 1)) NOT NULL DEFAULT 0,
    project_id INTEGER NOT NULL REFERENCES core_project (id) ON DELETE CASCADE,
    synchronization_id INTEGER REFERENCES client_synchronization (id) ON DELETE SET NULL
) STRICT;
CREATE INDEX client_fault_created_at_idx ON client_fault (created_at);
CREATE INDEX client_fault_computer_id_created_at_idx ON client_fault (computer_id, created_at);
CREATE INDEX client_fault_project_id_created_at_idx ON client_fault (project_id, created_at);
CREATE INDEX client_fault_fault_definition_id_idx ON client_fault (fault_definition_id);
CREATE INDEX client_fault_synchronization_id_idx ON client_fault (synchronization_id);
CREATE INDEX client_fault_checked_created_at_idx ON client_fault (checked, created_at);

CREATE TABLE client_statuslog (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at INTEGER NOT NULL,
    computer_id INTEGER NOT NULL REFERENCES client_computer (id) ON DELETE CASCADE,
    status TEXT NOT NULL
) STRICT;
CREATE INDEX client_statuslog_created_at_idx ON client_statuslog (created_at);
CREATE INDEX client_statuslog_computer_id_created_at_idx ON client_statuslog (computer_id, created_at);
CREATE INDEX client_statuslog_status_idx ON client_statuslog (status);

CREATE TABLE client_migration (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at INTEGER NOT NULL,
    computer_id INTEGER NOT NULL REFERENCES client_computer (id) ON DELETE CASCADE,
    project_id INTEGER NOT NULL REFERENCES core_project (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX client_migration_created_at_idx ON client_migration (created_at);
CREATE INDEX client_migration_computer_id_created_at_idx ON client_migration (computer_id, created_at);
CREATE INDEX client_migration_project_id_created_at_idx ON client_migration (project_id, created_at);

CREATE TABLE client_notification (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at INTEGER NOT NULL,
    message TEXT NOT NULL,
    checked INTEGER CHECK (checked IN (0, 1)) NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX client_notification_created_at_idx ON client_notification (created_at);
CREATE INDEX client_notification_checked_created_at_idx ON client_notification (checked, created_at);

-- The last result of each computer with each deployment it was offered.
CREATE TABLE client_deploymentresult (
    deployment_id INTEGER NOT NULL REFERENCES core_deployment (id) ON DELETE CASCADE,
    computer_id INTEGER NOT NULL REFERENCES client_computer (id) ON DELETE CASCADE,
    ok INTEGER CHECK (ok IN (0, 1)) NOT NULL,
    PRIMARY KEY (deployment_id, computer_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX client_deploymentresult_computer_id_idx ON client_deploymentresult (computer_id);

-- Distinct computers synchronized per slot: granularity Y, M, D or H, slot the local 2026, 202611, 20261121 or
-- 2026112102; project 0 stands for all.
CREATE TABLE stats_synchronization (
    granularity TEXT NOT NULL,
    slot INTEGER NOT NULL,
    project_id INTEGER NOT NULL,
    computers INTEGER NOT NULL,
    PRIMARY KEY (granularity, project_id, slot)
) STRICT, WITHOUT ROWID;

-- Hardware

CREATE TABLE hardware_node (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    parent_id INTEGER REFERENCES hardware_node (id) ON DELETE CASCADE,
    computer_id INTEGER NOT NULL REFERENCES client_computer (id) ON DELETE CASCADE,
    level INTEGER NOT NULL,
    width INTEGER,
    name TEXT NOT NULL,
    class_name TEXT NOT NULL,
    enabled INTEGER CHECK (enabled IN (0, 1)) NOT NULL DEFAULT 0,
    claimed INTEGER CHECK (claimed IN (0, 1)) NOT NULL DEFAULT 0,
    description TEXT,
    vendor TEXT,
    product TEXT,
    version TEXT,
    serial TEXT,
    bus_info TEXT,
    physid TEXT,
    slot TEXT,
    size INTEGER,
    capacity INTEGER,
    clock INTEGER,
    dev TEXT
) STRICT;
CREATE INDEX hardware_node_parent_id_idx ON hardware_node (parent_id);
CREATE INDEX hardware_node_computer_id_idx ON hardware_node (computer_id);
CREATE INDEX hardware_node_name_idx ON hardware_node (name);
CREATE INDEX hardware_node_serial_idx ON hardware_node (serial);
CREATE INDEX hardware_node_product_idx ON hardware_node (product);

CREATE TABLE hardware_capability (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    node_id INTEGER NOT NULL REFERENCES hardware_node (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    description TEXT,
    UNIQUE (node_id, name)
) STRICT;

CREATE TABLE hardware_configuration (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    node_id INTEGER NOT NULL REFERENCES hardware_node (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT,
    UNIQUE (node_id, name)
) STRICT;

CREATE TABLE hardware_logicalname (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    node_id INTEGER NOT NULL REFERENCES hardware_node (id) ON DELETE CASCADE,
    name TEXT NOT NULL
) STRICT;
CREATE INDEX hardware_logicalname_node_id_idx ON hardware_logicalname (node_id);

-- Catalogue

CREATE TABLE app_catalog_category (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE app_catalog_application (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    score INTEGER NOT NULL DEFAULT 1,
    icon TEXT,
    level TEXT NOT NULL DEFAULT 'U',
    category_id INTEGER NOT NULL REFERENCES app_catalog_category (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX app_catalog_application_category_id_idx ON app_catalog_application (category_id);
CREATE INDEX app_catalog_application_score_idx ON app_catalog_application (score);
CREATE INDEX app_catalog_application_created_at_idx ON app_catalog_application (created_at);

CREATE TABLE app_catalog_application_available_for_attributes (
    application_id INTEGER NOT NULL REFERENCES app_catalog_application (id) ON DELETE CASCADE,
    attribute_id INTEGER NOT NULL REFERENCES core_attribute (id) ON DELETE CASCADE,
    PRIMARY KEY (application_id, attribute_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX app_catalog_application_available_for_attribute_id_idx ON app_catalog_application_available_for_attributes (attribute_id);

CREATE TABLE app_catalog_packagesbyproject (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    application_id INTEGER NOT NULL REFERENCES app_catalog_application (id) ON DELETE CASCADE,
    project_id INTEGER NOT NULL REFERENCES core_project (id) ON DELETE CASCADE,
    packages_to_install TEXT NOT NULL,
    UNIQUE (application_id, project_id)
) STRICT;
CREATE INDEX app_catalog_packagesbyproject_project_id_idx ON app_catalog_packagesbyproject (project_id);

CREATE TABLE app_catalog_policy (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    enabled INTEGER CHECK (enabled IN (0, 1)) NOT NULL DEFAULT 1,
    exclusive INTEGER CHECK (exclusive IN (0, 1)) NOT NULL DEFAULT 1,
    comment TEXT
) STRICT;

CREATE TABLE app_catalog_policy_included_attributes (
    policy_id INTEGER NOT NULL REFERENCES app_catalog_policy (id) ON DELETE CASCADE,
    attribute_id INTEGER NOT NULL REFERENCES core_attribute (id) ON DELETE CASCADE,
    PRIMARY KEY (policy_id, attribute_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX app_catalog_policy_included_attributes_attribute_id_idx ON app_catalog_policy_included_attributes (attribute_id);
CREATE TABLE app_catalog_policy_excluded_attributes (
    policy_id INTEGER NOT NULL REFERENCES app_catalog_policy (id) ON DELETE CASCADE,
    attribute_id INTEGER NOT NULL REFERENCES core_attribute (id) ON DELETE CASCADE,
    PRIMARY KEY (policy_id, attribute_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX app_catalog_policy_excluded_attributes_attribute_id_idx ON app_catalog_policy_excluded_attributes (attribute_id);

CREATE TABLE app_catalog_policygroup (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    priority INTEGER NOT NULL,
    policy_id INTEGER NOT NULL REFERENCES app_catalog_policy (id) ON DELETE CASCADE,
    UNIQUE (policy_id, priority)
) STRICT;

CREATE TABLE app_catalog_policygroup_included_attributes (
    policygroup_id INTEGER NOT NULL REFERENCES app_catalog_policygroup (id) ON DELETE CASCADE,
    attribute_id INTEGER NOT NULL REFERENCES core_attribute (id) ON DELETE CASCADE,
    PRIMARY KEY (policygroup_id, attribute_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX app_catalog_policygroup_included_attributes_attribute_id_idx ON app_catalog_policygroup_included_attributes (attribute_id);
CREATE TABLE app_catalog_policygroup_excluded_attributes (
    policygroup_id INTEGER NOT NULL REFERENCES app_catalog_policygroup (id) ON DELETE CASCADE,
    attribute_id INTEGER NOT NULL REFERENCES core_attribute (id) ON DELETE CASCADE,
    PRIMARY KEY (policygroup_id, attribute_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX app_catalog_policygroup_excluded_attributes_attribute_id_idx ON app_catalog_policygroup_excluded_attributes (attribute_id);
CREATE TABLE app_catalog_policygroup_applications (
    policygroup_id INTEGER NOT NULL REFERENCES app_catalog_policygroup (id) ON DELETE CASCADE,
    application_id INTEGER NOT NULL REFERENCES app_catalog_application (id) ON DELETE CASCADE,
    PRIMARY KEY (policygroup_id, application_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX app_catalog_policygroup_applications_application_id_idx ON app_catalog_policygroup_applications (application_id);

-- What happened, and what is still to be done

-- No foreign key on the author: the record outlives the account.
CREATE TABLE audit_record (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at INTEGER NOT NULL,
    user_id INTEGER,
    username TEXT NOT NULL,
    action TEXT NOT NULL,
    entity TEXT NOT NULL,
    object_id INTEGER,
    object_text TEXT NOT NULL DEFAULT '',
    before TEXT,
    after TEXT,
    address TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX audit_record_created_at_idx ON audit_record (created_at);
CREATE INDEX audit_record_user_id_created_at_idx ON audit_record (user_id, created_at);
CREATE INDEX audit_record_entity_object_id_idx ON audit_record (entity, object_id);
CREATE INDEX audit_record_action_idx ON audit_record (action);

-- State: queued, running, done, failed. A running job whose lease ended is taken up again.
CREATE TABLE job (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    run_at INTEGER NOT NULL,
    lease_until INTEGER,
    worker TEXT,
    done INTEGER NOT NULL DEFAULT 0,
    total INTEGER NOT NULL DEFAULT 0,
    message TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    finished_at INTEGER
) STRICT;
CREATE UNIQUE INDEX job_kind_key_queued_key ON job (kind, key) WHERE state = 'queued';
CREATE INDEX job_state_run_at_idx ON job (state, run_at);
CREATE INDEX job_kind_key_idx ON job (kind, key);
CREATE INDEX job_finished_at_idx ON job (finished_at);

CREATE TABLE job_schedule (
    kind TEXT NOT NULL PRIMARY KEY,
    next_run_at INTEGER NOT NULL
) STRICT;
