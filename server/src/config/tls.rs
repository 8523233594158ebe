//! Words of the settings about TLS.

use super::value::SettingValue;

macro_rules! words {
    ($($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)+ })+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$doc])* $variant,)+
        }

        impl SettingValue for $name {
            fn parse(text: &str) -> Result<Self, String> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(format!("{text:?} is not one of {}", [$($word),+].join(", "))),
                }
            }
            fn show(&self) -> String {
                match self {
                    $(Self::$variant => $word,)+
                }
                .to_owned()
            }
        }
    )+};
}

words! {
    /// Where the server's certificate comes from.
    TlsMode {
        /// There is none: the server speaks http.
        Off = "off",
        /// Somebody puts it into files.
        Files = "files",
        /// An authority that speaks ACME issues it.
        Acme = "acme",
        /// The server makes it.
        Internal = "internal",
    }

    /// The oldest version of TLS that is spoken.
    TlsVersion {
        /// TLS 1.2.
        V12 = "1.2",
        /// TLS 1.3.
        V13 = "1.3",
    }

    /// What programs get that call without encryption.
    PlainHttp {
        /// What they asked for.
        Answer = "answer",
        /// A refusal.
        Refuse = "refuse",
    }

    /// Who has to show a certificate.
    TlsClients {
        /// Nobody.
        Nobody = "none",
        /// Computers.
        Computers = "computers",
        /// Operators and their programs.
        Console = "console",
        /// All of them.
        Both = "both",
    }
}

impl TlsClients {
    /// Whether computers have to.
    pub fn are_computers(self) -> bool {
        matches!(self, Self::Computers | Self::Both)
    }

    /// Whether operators and their programs have to.
    pub fn are_operators(self) -> bool {
        matches!(self, Self::Console | Self::Both)
    }
}
