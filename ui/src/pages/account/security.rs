//! How safe one's own account is.
use super::{
    api_keys::ApiKeysCard,
    certificate::CertificateCard,
    factors::FactorCards,
    links::LinksCard,
    programs::ProgramsCard,
    sessions::{NewSignIns, SessionsCard},
    whose::Whose,
};
use leptos::prelude::*;

/// The tab.
#[component]
pub fn Security() -> impl IntoView {
    view! {
        <NewSignIns />
        <FactorCards />
        <SessionsCard whose=Whose::Own />
        <LinksCard whose=Whose::Own />
        <ApiKeysCard />
        <ProgramsCard />
        <CertificateCard />
    }
}
