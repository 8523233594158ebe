//! How safe one's own account is.
use super::{
    api_keys::ApiKeysCard,
    certificate::CertificateCard,
    factors::FactorCards,
    programs::ProgramsCard,
    sessions::{NewSignIns, SessionsCard},
};
use leptos::prelude::*;

/// The tab.
#[component]
pub fn Security() -> impl IntoView {
    view! {
        <NewSignIns />
        <FactorCards />
        <SessionsCard />
        <ApiKeysCard />
        <ProgramsCard />
        <CertificateCard />
    }
}
