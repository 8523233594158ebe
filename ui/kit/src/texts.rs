//! The words the kit says by itself, in the languages of the views.
use leptos::prelude::*;

/// One language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Texts {
    /// BCP 47 tag for the browser's own formatting.
    pub language: &'static str,
    pub cancel: &'static str,
    pub clear: &'static str,
    pub close: &'static str,
    pub copied: &'static str,
    pub copy: &'static str,
    pub details: &'static str,
    pub dismiss: &'static str,
    pub first: &'static str,
    pub last: &'static str,
    pub loading: &'static str,
    pub more: &'static str,
    pub never: &'static str,
    pub next: &'static str,
    pub no_values: &'static str,
    pub notifications: &'static str,
    pub of: &'static str,
    pub previous: &'static str,
    pub remove: &'static str,
    pub retry: &'static str,
    pub rows_per_page: &'static str,
    pub select_all: &'static str,
    pub select_row: &'static str,
    pub show_chart: &'static str,
    pub show_password: &'static str,
    pub show_table: &'static str,
    pub theme_dark: &'static str,
    pub theme_light: &'static str,
    pub theme_system: &'static str,
    pub theme: &'static str,
    pub value: &'static str,
}

/// English.
pub const ENGLISH: Texts = Texts {
    language: "en",
    cancel: "Cancel",
    clear: "Clear",
    close: "Close",
    copied: "Copied",
    copy: "Copy",
    details: "Details",
    dismiss: "Dismiss",
    first: "First page",
    last: "Last page",
    loading: "Loading",
    more: "More",
    never: "never",
    next: "Next page",
    no_values: "No values yet",
    notifications: "Notifications",
    of: "of",
    previous: "Previous page",
    remove: "Remove",
    retry: "Try again",
    rows_per_page: "Rows per page",
    select_all: "Select all rows of this page",
    select_row: "Select row",
    show_chart: "Show chart",
    show_password: "Show password",
    show_table: "Show table",
    theme_dark: "Dark",
    theme_light: "Light",
    theme_system: "Same as the system",
    theme: "Appearance",
    value: "Value",
};

/// Spanish.
pub const SPANISH: Texts = Texts {
    language: "es",
    cancel: "Cancelar",
    clear: "Borrar",
    close: "Cerrar",
    copied: "Copiado",
    copy: "Copiar",
    details: "Detalles",
    dismiss: "Descartar",
    first: "Primera página",
    last: "Última página",
    loading: "Cargando",
    more: "Más",
    never: "nunca",
    next: "Página siguiente",
    no_values: "Todavía no hay valores",
    notifications: "Notificaciones",
    of: "de",
    previous: "Página anterior",
    remove: "Quitar",
    retry: "Reintentar",
    rows_per_page: "Filas por página",
    select_all: "Seleccionar todas las filas de esta página",
    select_row: "Seleccionar fila",
    show_chart: "Mostrar gráfico",
    show_password: "Mostrar contraseña",
    show_table: "Mostrar tabla",
    theme_dark: "Oscuro",
    theme_light: "Claro",
    theme_system: "Igual que el sistema",
    theme: "Apariencia",
    value: "Valor",
};

#[derive(Clone, Copy)]
struct Language(Signal<Texts>);

/// Tells the kit which language the view speaks (`en`, `es`, `es-MX`…); others fall back to English.
pub fn provide_language(tag: Signal<String>) {
    provide_context(Language(Signal::derive(move || {
        if tag.get().starts_with("es") {
            SPANISH
        } else {
            ENGLISH
        }
    })));
}

/// The kit's words in the language of the view.
pub fn use_texts() -> Signal<Texts> {
    use_context::<Language>().map_or_else(|| Signal::stored(ENGLISH), |language| language.0)
}
