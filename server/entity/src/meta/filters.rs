//! How lists are filtered.

use migasfree_types::rest::meta::{Filter, Kind, Operator};

use super::{Teller, fields};
use crate::{
    filter::{self, Operation},
    registry::Resource,
};

impl Teller<'_> {
    pub(super) fn filters(&self, resource: &'static Resource) -> Vec<Filter> {
        let declared = resource.filters.iter().map(|filter| self.filter(filter));
        let custom = resource.entity.custom_filters.iter();
        let custom = custom.map(|filter| Filter {
            name: filter.name.to_owned(),
            kind: fields::like(filter.like),
            ..Filter::default()
        });
        declared.chain(custom).collect()
    }

    fn filter(&self, filter: &filter::Filter) -> Filter {
        let target = filter.path.target().and_then(|table| self.target(table));
        let kind = match (filter.operation, filter.path.target()) {
            (Operation::IsNull, _) => Kind::Boolean,
            (_, Some(_)) => Kind::One,
            _ => fields::kind(filter.path.leaf().ty()),
        };
        Filter {
            name: filter.name.clone(),
            field: Some(filter.path.first().to_owned()),
            operator: operator(filter.operation),
            kind,
            target,
        }
    }
}

const fn operator(operation: Operation) -> Operator {
    match operation {
        Operation::Equal => Operator::Equal,
        Operation::In => Operator::In,
        Operation::Contains => Operator::Contains,
        Operation::ContainsExactly => Operator::ContainsExactly,
        Operation::IsNull => Operator::IsNull,
        Operation::AtLeast => Operator::AtLeast,
        Operation::MoreThan => Operator::MoreThan,
        Operation::AtMost => Operator::AtMost,
        Operation::LessThan => Operator::LessThan,
    }
}
