//! The authority: gives certificates, and says which it took back.

use std::sync::Arc;
use std::time::Duration;

use migasfree_server_db::{
    Ts,
    random::{Random, SystemRandom},
};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CrlDistributionPoint,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, PublicKeyData,
    SerialNumber,
};
use x509_parser::prelude::FromDer as _;
use x509_parser::revocation_list::CertificateRevocationList;

use crate::{
    AuthorityError, Facts, Issued, Profile, Request, RequestError, RevocationList, Revoked,
    Subject, Usage, name, read,
};

/// Clocks differ: certificates are valid from so long ago on.
const BEFORE: Duration = Duration::from_secs(60 * 60);
/// Between the root and what it signs there is one authority at most.
const AUTHORITIES_BELOW: u8 = 1;
/// A certificate of a server.
const SERVER_LIFETIME: Duration = Duration::from_secs(90 * 86_400);
/// A list that is not renewed for so long is no longer believed.
const LIST_LIFETIME: Duration = Duration::from_secs(7 * 86_400);

/// A certificate that may sign others, with its key and those above it.
#[derive(Debug)]
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// In DER: its own certificate first, the root last.
    chain: Vec<Vec<u8>>,
    key_identifier: KeyIdMethod,
    facts: Facts,
    random: Arc<dyn Random>,
}

impl Authority {
    /// Makes a root. Its key comes from the system's randomness, whatever is passed in.
    ///
    /// # Errors
    /// When the name cannot stand in a certificate, or no key can be made.
    pub fn create(
        name: &str,
        lifetime: Duration,
        now: Ts,
        random: &dyn Random,
    ) -> Result<Self, AuthorityError> {
        let key = KeyPair::generate()?;
        let mut params = params(&authority(name), now, now + lifetime)?;
        params.serial_number = Some(name::serial(random));
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(AUTHORITIES_BELOW));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = params.self_signed(&key)?;
        Self::of(vec![certificate.der().to_vec()], key)
    }

    /// Reads one: its certificate, followed by those above it up to the root, and its key, both in PEM.
    ///
    /// # Errors
    /// When they do not belong together, do not lead to a root, or are not of an authority.
    pub fn from_pem(certificates: &str, key: &str) -> Result<Self, AuthorityError> {
        let key = read_key(key)?;
        Self::of(read::chain(certificates)?, key)
    }

    /// The same, which takes the numbers of certificates from another source than the system.
    #[must_use]
    pub fn with_random(self, random: Arc<dyn Random>) -> Self {
        Self { random, ..self }
    }

    fn of(chain: Vec<Vec<u8>>, key: KeyPair) -> Result<Self, AuthorityError> {
        read::leads_to_root(&chain)?;
        let Own {
            key_identifier,
            facts,
            subject,
        } = Own::of(&chain[0], &key)?;
        let issuer = Issuer::from_ca_cert_der(&chain[0].as_slice().into(), key)?;
        let authority = Self {
            issuer,
            chain,
            key_identifier,
            facts,
            random: Arc::new(SystemRandom),
        };
        authority.names_itself(&subject)?;
        Ok(authority)
    }

    /// A name is written anew in everything signed; where that comes out differently nobody would believe it.
    fn names_itself(&self, subject: &[u8]) -> Result<(), AuthorityError> {
        let list = self.revocation_list(&[], 1, self.facts.not_before)?;
        let read = CertificateRevocationList::from_der(&list.der);
        let same = read.is_ok_and(|(_, list)| list.issuer().as_raw() == subject);
        match same {
            true => Ok(()),
            false => Err(AuthorityError::Name(self.facts.subject.clone())),
        }
    }

    /// What its own certificate says.
    #[must_use]
    pub const fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Its own certificate and those above it, the root last, in PEM: what others have to trust.
    #[must_use]
    pub fn chain_pem(&self) -> String {
        read::certificates_of(&self.chain)
    }

    /// Its private key in PEM.
    #[must_use]
    pub fn key_pem(&self) -> String {
        self.issuer.key().serialize_pem()
    }

    /// A certificate for a server of these names and addresses, with a key made here.
    ///
    /// # Errors
    /// When a name cannot stand in a certificate, or the authority is not valid now.
    pub fn issue_server(&self, names: &[String], now: Ts) -> Result<Issued, AuthorityError> {
        let common_name = names.first().filter(|name| name.len() <= 64);
        let profile = Profile {
            subject: Subject {
                common_name: common_name.cloned().unwrap_or_default(),
                ..Subject::default()
            },
            names: names.iter().map(|name| name::of_server(name)).collect(),
            usage: Usage::Server,
            lifetime: SERVER_LIFETIME,
            revocation_list: None,
        };
        self.issue(&profile, now)
    }

    /// A certificate with a key made here, which comes from the system's randomness.
    ///
    /// # Errors
    /// When a name cannot stand in a certificate, or the authority is not valid now.
    pub fn issue(&self, profile: &Profile, now: Ts) -> Result<Issued, AuthorityError> {
        let key = KeyPair::generate()?;
        let issued = self.sign(&key, profile, now)?;
        Ok(Issued {
            key_pem: Some(key.serialize_pem()),
            ..issued
        })
    }

    /// A certificate for who sent a request; what it says comes from the profile alone.
    ///
    /// # Errors
    /// When the request cannot be used, a name cannot stand in a certificate, or the authority is not valid now.
    pub fn sign_request(
        &self,
        csr_pem: &str,
        profile: &Profile,
        now: Ts,
    ) -> Result<Issued, RequestError> {
        let request = Request::read(csr_pem)?;
        Ok(self.sign(request.key(), profile, now)?)
    }

    fn sign(
        &self,
        key: &impl PublicKeyData,
        profile: &Profile,
        now: Ts,
    ) -> Result<Issued, AuthorityError> {
        self.check_valid(now)?;
        let until = (now + profile.lifetime).min(self.facts.not_after);
        let mut params = params(&profile.subject, now, until)?;
        params.serial_number = Some(name::serial(&*self.random));
        params.is_ca = IsCa::ExplicitNoCa;
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![match profile.usage {
            Usage::Client => ExtendedKeyUsagePurpose::ClientAuth,
            Usage::Server => ExtendedKeyUsagePurpose::ServerAuth,
        }];
        let names = profile.names.iter().map(name::alternative);
        params.subject_alt_names = names.collect::<Result<_, _>>()?;
        params.crl_distribution_points = profile
            .revocation_list
            .iter()
            .map(|uri| CrlDistributionPoint {
                uris: vec![uri.clone()],
            })
            .collect();
        let certificate = params.signed_by(key, &self.issuer)?;
        let der = certificate.der().to_vec();
        let facts = read::told(&read::certificate(&der)?, &der);
        Ok(Issued {
            certificate_pem: read::certificates_of([&der]),
            chain_pem: self.chain_pem(),
            key_pem: None,
            serial: facts.serial,
            subject: facts.subject,
            fingerprint: facts.fingerprint,
            not_before: facts.not_before,
            not_after: facts.not_after,
        })
    }

    fn check_valid(&self, now: Ts) -> Result<(), AuthorityError> {
        let Facts {
            not_before,
            not_after,
            ..
        } = self.facts;
        match not_before <= now && now < not_after {
            true => Ok(()),
            false => Err(AuthorityError::NotValidNow {
                from: not_before.plain(),
                until: not_after.plain(),
            }),
        }
    }

    /// The signed list of certificates that were taken back. Each list has a higher number than the one before.
    ///
    /// # Errors
    /// When a number is none.
    pub fn revocation_list(
        &self,
        revoked: &[Revoked],
        number: u64,
        now: Ts,
    ) -> Result<RevocationList, AuthorityError> {
        let next_update = now + LIST_LIFETIME;
        let listed = revoked.iter().map(Revoked::listed);
        let params = CertificateRevocationListParams {
            this_update: now.datetime(),
            next_update: next_update.datetime(),
            crl_number: SerialNumber::from(number),
            issuing_distribution_point: None,
            revoked_certs: listed.collect::<Result<_, _>>()?,
            key_identifier_method: self.key_identifier.clone(),
        };
        let list = params.signed_by(&self.issuer)?;
        Ok(RevocationList {
            pem: list.pem()?,
            der: list.der().to_vec(),
            next_update,
        })
    }
}

/// What an authority has to know of its own certificate.
struct Own {
    key_identifier: KeyIdMethod,
    facts: Facts,
    subject: Vec<u8>,
}

impl Own {
    fn of(der: &[u8], key: &KeyPair) -> Result<Self, AuthorityError> {
        let certificate = read::certificate(der)?;
        if !read::signs_others(&certificate) {
            return Err(AuthorityError::NotAnAuthority);
        }
        if certificate.public_key().raw != key.subject_public_key_info() {
            return Err(AuthorityError::OtherKey);
        }
        let identifier = read::key_identifier(&certificate);
        Ok(Self {
            key_identifier: identifier.map_or(KeyIdMethod::Sha256, KeyIdMethod::PreSpecified),
            facts: read::told(&certificate, der),
            subject: certificate.subject().as_raw().to_vec(),
        })
    }
}

/// A key and a request for it to become an authority under a root that is elsewhere: both in PEM.
pub(crate) fn request_authority(name: &str) -> Result<(String, String), AuthorityError> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(Vec::<String>::new())?;
    params.distinguished_name = name::distinguished(&authority(name))?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let request = params.serialize_request(&key)?;
    Ok((key.serialize_pem(), request.pem()?))
}

pub(crate) fn read_key(pem: &str) -> Result<KeyPair, AuthorityError> {
    KeyPair::from_pem(pem).map_err(|error| AuthorityError::Key(error.to_string()))
}

fn authority(name: &str) -> Subject {
    Subject {
        common_name: name.to_owned(),
        ..Subject::default()
    }
}

fn params(subject: &Subject, now: Ts, until: Ts) -> Result<CertificateParams, AuthorityError> {
    let mut params = CertificateParams::new(Vec::<String>::new())?;
    params.distinguished_name = name::distinguished(subject)?;
    params.not_before = (now - BEFORE).datetime();
    params.not_after = until.datetime();
    Ok(params)
}
