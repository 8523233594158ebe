//! Pages of a list: which rows, and the envelope around them.

use sea_query::SelectStatement;

use super::params::Params;

/// Rows on a page when nothing is asked for.
pub const DEFAULT_SIZE: u64 = 100;
/// The largest page; longer ones are cut.
pub const MAX_SIZE: u64 = 10_000;

/// A page outside the list, or not a number.
#[derive(Debug, PartialEq, Eq)]
pub struct InvalidPage;

/// The page that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Number {
    At(u64),
    Last,
}

/// What was asked for, before the length of the list is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    pub number: Number,
    pub size: u64,
}

/// A page that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    pub number: u64,
    pub size: u64,
    pub pages: u64,
}

impl Wanted {
    /// Reads `page` and `page_size`.
    ///
    /// # Errors
    /// When `page` is neither a positive number nor `last`.
    pub fn read(params: &Params) -> Result<Self, InvalidPage> {
        let size = params
            .get("page_size")
            .and_then(|text| text.trim().parse::<u64>().ok())
            .filter(|size| *size > 0)
            .map_or(DEFAULT_SIZE, |size| size.min(MAX_SIZE));
        let number = match params.get("page") {
            None => Number::At(1),
            Some("last") => Number::Last,
            Some(text) => Number::At(
                text.trim()
                    .parse::<u64>()
                    .ok()
                    .filter(|number| *number > 0)
                    .ok_or(InvalidPage)?,
            ),
        };
        Ok(Self { number, size })
    }

    /// The page, now that the list has `count` rows. An empty list has one empty page.
    ///
    /// # Errors
    /// When the list ends before the page.
    pub fn of(self, count: u64) -> Result<Page, InvalidPage> {
        let page = self.clamped(count);
        match self.number {
            Number::At(number) if number > page.pages => Err(InvalidPage),
            _ => Ok(page),
        }
    }
}

impl Wanted {
    /// The page, or the last one when the list ends before it.
    #[must_use]
    pub fn clamped(self, count: u64) -> Page {
        let pages = count.div_ceil(self.size).max(1);
        let number = match self.number {
            Number::Last => pages,
            Number::At(number) => number.min(pages),
        };
        Page {
            number,
            size: self.size,
            pages,
        }
    }
}

impl Page {
    /// Rows before the page.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        (self.number - 1) * self.size
    }

    /// The addresses of the next and the previous page; `base` is the list's own without its query.
    #[must_use]
    pub fn links(&self, base: &str, params: &Params) -> (Option<String>, Option<String>) {
        let to = |number: u64| {
            let number = (number > 1).then(|| number.to_string());
            let query = params.with("page", number.as_deref());
            if query.is_empty() {
                base.to_owned()
            } else {
                format!("{base}?{query}")
            }
        };
        let next = (self.number < self.pages).then(|| to(self.number + 1));
        let previous = (self.number > 1).then(|| to(self.number - 1));
        (next, previous)
    }
}

/// A page of an array without an envelope: the whole list where it is not longer than the largest page, and a link to
/// the rest in the header.
#[derive(Debug, Clone, Copy)]
pub struct Part(Page);

impl Part {
    /// Reads `page` and `page_size`.
    ///
    /// # Errors
    /// When `page` is not a positive number.
    pub fn read(params: &Params) -> Result<Self, InvalidPage> {
        let Wanted { number, size } = Wanted::read(params)?;
        let Number::At(number) = number else {
            return Err(InvalidPage);
        };
        let size = if params.has("page_size") {
            size
        } else {
            MAX_SIZE
        };
        Ok(Self(Page {
            number,
            size,
            pages: number,
        }))
    }

    /// Limits rows to the page, and to one more that tells whether there are others.
    pub fn limit(&self, select: &mut SelectStatement) {
        let offset = (self.0.number - 1).saturating_mul(self.0.size);
        select
            .limit(self.0.size + 1)
            .offset(Ord::min(offset, i64::MAX.unsigned_abs()));
    }

    /// Takes the row too many away, and answers the address of the next page then.
    pub fn next(mut self, rows: &mut Vec<i64>, base: &str, params: &Params) -> Option<String> {
        let size = usize::try_from(self.0.size).unwrap_or(usize::MAX);
        if rows.len() > size {
            rows.truncate(size);
            self.0.pages += 1;
        }
        self.0.links(base, params).0
    }
}

#[cfg(test)]
mod tests {
    use super::{InvalidPage, Params, Wanted};

    fn wanted(query: &str) -> Result<Wanted, InvalidPage> {
        Wanted::read(&Params::from_query(query))
    }

    #[test]
    fn sizes_are_cut_and_nonsense_falls_back() {
        for (query, size) in [
            ("", 100),
            ("page_size=20", 20),
            ("page_size=0", 100),
            ("page_size=-3", 100),
            ("page_size=many", 100),
            ("page_size=9007199254740991", 10_000),
        ] {
            assert_eq!(wanted(query).map(|wanted| wanted.size), Ok(size), "{query}");
        }
    }

    #[test]
    fn a_page_that_does_not_exist_is_refused() {
        for query in ["page=0", "page=-1", "page=x", "page=1.5"] {
            assert_eq!(wanted(query), Err(InvalidPage), "{query}");
        }
        let third = wanted("page=3&page_size=10").expect("a page");
        assert_eq!(third.of(20), Err(InvalidPage));
        assert_eq!(third.of(21).map(|page| page.offset()), Ok(20));
    }

    #[test]
    fn last_is_the_last_page_even_of_an_empty_list() {
        let last = wanted("page=last&page_size=10").expect("a page");
        assert_eq!(last.of(0).map(|page| page.number), Ok(1));
        assert_eq!(last.of(31).map(|page| page.number), Ok(4));
    }

    #[test]
    fn links_lead_forth_and_back() {
        let params = Params::from_query("page=2&page_size=10&search=a");
        let page = wanted("page=2&page_size=10")
            .expect("a page")
            .of(25)
            .expect("in range");
        assert_eq!(
            page.links("http://h/x/", &params),
            (
                Some("http://h/x/?page=3&page_size=10&search=a".to_owned()),
                Some("http://h/x/?page_size=10&search=a".to_owned())
            )
        );
    }
}
