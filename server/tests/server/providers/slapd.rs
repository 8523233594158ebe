//! Debian's `slapd` in a temporary folder, with some people in it.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::TcpStream;

use crate::harness::tls::Authority;

pub const SEARCHER: &str = "cn=searcher,dc=example";
pub const SEARCHES_WITH: &str = "finds people";
pub const STAFF: &str = "cn=staff,dc=example";

const PEOPLE: &str = "\
dn: dc=example
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: ou=people,dc=example
objectClass: organizationalUnit
ou: people

dn: cn=searcher,dc=example
objectClass: applicationProcess
objectClass: simpleSecurityObject
cn: searcher
userPassword: finds people

dn: uid=ana,ou=people,dc=example
objectClass: inetOrgPerson
uid: ana
cn: Ana
sn: Ruiz
givenName: Ana
mail: ana@house.example
userPassword: correct horse
memberOf: cn=staff,dc=example

dn: uid=bea,ou=people,dc=example
objectClass: inetOrgPerson
uid: bea
cn: Bea
sn: Gil
userPassword: battery staple

dn: cn=staff,dc=example
objectClass: groupOfNames
cn: staff
member: uid=ana,ou=people,dc=example
";

/// A running directory; it ends with this.
pub struct Slapd {
    folder: TempDir,
    child: Child,
    plain: u16,
    tls: u16,
}

impl Slapd {
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::new("directory");
        let (certificate, key) = authority.server().pem();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("db")).unwrap();
        for (name, text) in [
            ("people.ldif", PEOPLE),
            ("authority.pem", &authority.pem()),
            ("certificate.pem", &certificate),
            ("key.pem", &key),
            ("password", SEARCHES_WITH),
            ("slapd.conf", &settings(folder.path())),
        ] {
            fs::write(at(name), text).unwrap();
        }
        let filled = Command::new("/usr/sbin/slapadd")
            .arg("-f")
            .arg(at("slapd.conf"))
            .arg("-l")
            .arg(at("people.ldif"))
            .status()
            .expect("slapadd of the package slapd");
        assert!(filled.success());
        let (plain, tls) = (free_port(), free_port());
        let child = Command::new("/usr/sbin/slapd")
            .args(["-d", "0", "-f"])
            .arg(at("slapd.conf"))
            .arg("-h")
            .arg(format!("ldap://127.0.0.1:{plain} ldaps://127.0.0.1:{tls}"))
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let directory = Self {
            folder,
            child,
            plain,
            tls,
        };
        directory.answers().await;
        directory
    }

    async fn answers(&self) {
        for _ in 0..500 {
            if TcpStream::connect(("127.0.0.1", self.tls)).await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("slapd does not answer");
    }

    pub fn plain_url(&self) -> String {
        format!("ldap://127.0.0.1:{}", self.plain)
    }

    pub fn tls_url(&self) -> String {
        format!("ldaps://127.0.0.1:{}", self.tls)
    }

    /// A file beside it: `authority.pem` or `password`.
    pub fn file(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }
}

impl Drop for Slapd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn settings(folder: &Path) -> String {
    let folder = folder.display();
    format!(
        "include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
pidfile {folder}/pid
TLSCACertificateFile {folder}/authority.pem
TLSCertificateFile {folder}/certificate.pem
TLSCertificateKeyFile {folder}/key.pem
database mdb
suffix \"dc=example\"
directory {folder}/db
overlay memberof
access to attrs=userPassword by anonymous auth by * none
access to * by users read by * none
"
    )
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
