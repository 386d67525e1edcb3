"""CVE and RustSec records: from their files to tables, and from tables to statistics that say how sure they are."""
