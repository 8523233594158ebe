//! What happens when the view itself fails: `assets/broken.js` shows a page that says so. Nothing of the view can be trusted by then.
use web_sys::{CustomEvent, CustomEventInit};

/// Has every panic told to the page; `program` is its name and version.
pub fn tell_of_panics(program: &'static str) {
    std::panic::set_hook(Box::new(move |panic| tell(&format!("{program}\n{panic}"))));
}

fn tell(details: &str) {
    let options = CustomEventInit::new();
    options.set_detail(&details.into());
    if let (Some(window), Ok(event)) = (
        web_sys::window(),
        CustomEvent::new_with_event_init_dict("migasfree:broken", &options),
    ) {
        // Without a listener there is nobody to tell.
        let _untold = window.dispatch_event(&event);
    }
}
