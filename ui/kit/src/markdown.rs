//! Markdown as it is shown to people: no raw HTML, no pictures from elsewhere, links that are really links.
use leptos::prelude::*;
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};

/// Shows a Markdown text.
#[component]
pub fn Markdown(#[prop(into)] text: Signal<String>) -> impl IntoView {
    view! { <div class="prose-kit" inner_html=move || to_html(&text.get())></div> }
}

/// Safe HTML of a Markdown text: raw HTML becomes text, addresses other than web and mail are dropped, pictures become their description.
pub fn to_html(text: &str) -> String {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut link_dropped = false;
    let events = Parser::new_ext(text, options).filter_map(move |event| match event {
        Event::Html(raw) | Event::InlineHtml(raw) => Some(Event::Text(raw)),
        Event::Start(Tag::Link { ref dest_url, .. }) if !is_safe(dest_url) => {
            link_dropped = true;
            None
        }
        Event::End(TagEnd::Link) if std::mem::take(&mut link_dropped) => None,
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        Event::Start(Tag::Heading {
            level,
            id,
            classes,
            attrs,
        }) => Some(Event::Start(Tag::Heading {
            level: lower(level),
            id,
            classes,
            attrs,
        })),
        Event::End(TagEnd::Heading(level)) => Some(Event::End(TagEnd::Heading(lower(level)))),
        other => Some(other),
    });
    let mut rendered = String::new();
    html::push_html(&mut rendered, events);
    rendered.replace(
        "<a href=",
        "<a target=\"_blank\" rel=\"noopener noreferrer\" href=",
    )
}

/// The first plain sentence or line, for cards.
pub fn summary(text: &str) -> String {
    let mut line = String::new();
    for event in Parser::new(text) {
        match event {
            Event::Text(part) | Event::Code(part) => line.push_str(&part),
            Event::SoftBreak | Event::HardBreak => line.push(' '),
            Event::End(TagEnd::Heading(_)) => line.clear(),
            Event::End(TagEnd::Paragraph) if !line.is_empty() => break,
            _ => {}
        }
    }
    line.trim().to_owned()
}

fn is_safe(address: &CowStr<'_>) -> bool {
    let address = address.to_ascii_lowercase();
    ["https://", "http://", "mailto:"]
        .iter()
        .any(|scheme| address.starts_with(scheme))
}

/// The page has its own first heading: a text's headings begin below it.
fn lower(level: pulldown_cmark::HeadingLevel) -> pulldown_cmark::HeadingLevel {
    use pulldown_cmark::HeadingLevel::{H3, H4, H5, H6};
    match level {
        pulldown_cmark::HeadingLevel::H1 => H3,
        pulldown_cmark::HeadingLevel::H2 => H4,
        pulldown_cmark::HeadingLevel::H3 => H5,
        _ => H6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_html_becomes_text() {
        let html = to_html("hi <script>alert(1)</script>\n\n<img src=x onerror=alert(1)>");
        assert!(!html.contains("<script"), "{html}");
        assert!(!html.contains("<img"), "{html}");
    }

    #[test]
    fn links_to_scripts_lose_their_address() {
        let html = to_html("[press](javascript:alert(1)) and [go](https://example.org)");
        assert!(!html.contains("javascript"), "{html}");
        assert!(html.contains("href=\"https://example.org\""), "{html}");
        assert_eq!(html.matches("<a ").count(), html.matches("</a>").count());
    }

    #[test]
    fn the_summary_skips_the_heading() {
        assert_eq!(
            summary("# Inkscape\n\nDraws *vectors*.\nAnd more.\n\nRest"),
            "Draws vectors. And more."
        );
    }
}
