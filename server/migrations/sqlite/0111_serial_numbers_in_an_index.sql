-- Computers are searched by the serial numbers of their hardware: the index says both, and the nodes are not read.
-- Its twin for the other engine has the same number; a test compares the two.

DROP INDEX hardware_node_with_serial_idx;
CREATE INDEX hardware_node_with_serial_idx ON hardware_node (serial, computer_id) WHERE serial <> '';
