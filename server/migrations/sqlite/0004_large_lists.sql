-- What came with each reported list is known beforehand: the history of packages is counted and paged without
-- comparing all lists with the ones before them.
-- Its twin for the other engine has the same number; a test compares the two.

DROP VIEW client_packagehistory;

-- The list the computer had before; none for its first.
ALTER TABLE client_softwaresnapshot ADD COLUMN before_id INTEGER REFERENCES software_inventory (id) ON DELETE SET NULL;
-- Packages of this list that the one before had not.
ALTER TABLE client_softwaresnapshot ADD COLUMN came_count INTEGER NOT NULL DEFAULT 0;
CREATE INDEX client_softwaresnapshot_before_id_idx ON client_softwaresnapshot (before_id);

UPDATE client_softwaresnapshot AS s SET before_id = (
    SELECT o.inventory_id
    FROM client_softwaresnapshot AS o
    WHERE o.computer_id = s.computer_id AND (o.installed_at, o.id) < (s.installed_at, s.id)
    ORDER BY o.installed_at DESC, o.id DESC
    LIMIT 1
);

UPDATE client_softwaresnapshot AS s SET came_count = (
    SELECT COUNT(*)
    FROM software_inventory_package AS p
    WHERE p.inventory_id = s.inventory_id
        AND NOT EXISTS (
            SELECT 1 FROM software_inventory_package AS q
            WHERE q.inventory_id = s.before_id AND q.package_id = p.package_id
        )
);

-- "There is none" is asked as a scalar, which PostgreSQL looks up in the index for each row: a join of all rows is
-- never what is wanted.
CREATE VIEW client_packagehistory AS
SELECT
    s.id * 10000000 + p.package_id AS id,
    s.id AS snapshot_id,
    s.computer_id AS computer_id,
    p.package_id AS package_id,
    s.installed_at AS install_date,
    (
        SELECT MIN(n.installed_at)
        FROM client_softwaresnapshot AS n
        WHERE n.computer_id = s.computer_id
            AND (n.installed_at, n.id) > (s.installed_at, s.id)
            AND (
                SELECT 1 FROM software_inventory_package AS x
                WHERE x.inventory_id = n.inventory_id AND x.package_id = p.package_id
            ) IS NULL
    ) AS uninstall_date
FROM client_softwaresnapshot AS s
JOIN software_inventory_package AS p ON p.inventory_id = s.inventory_id
WHERE (
    SELECT 1 FROM software_inventory_package AS q
    WHERE q.inventory_id = s.before_id AND q.package_id = p.package_id
) IS NULL;

-- The order of the list of packages, and a count of failed synchronizations that reads nothing but its index.
DROP INDEX core_package_fullname_idx;
CREATE INDEX core_package_fullname_version_project_id_idx ON core_package (fullname, version, project_id);
DROP INDEX client_synchronization_failed_idx;
CREATE INDEX client_synchronization_failed_idx ON client_synchronization (created_at, computer_id, pms_status_ok) WHERE NOT pms_status_ok;
