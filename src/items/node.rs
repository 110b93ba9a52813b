//! Access to JSON with the place of what is wrong; absent and `null` are the same.

use serde_json::Value as Json;

pub(crate) struct Node<'a> {
    value: Option<&'a Json>,
    place: String,
}

impl<'a> Node<'a> {
    pub(crate) fn new(value: &'a Json) -> Self {
        Self {
            value: Some(value),
            place: String::new(),
        }
    }

    pub(crate) fn field(&self, name: &str) -> Self {
        let value = self
            .value
            .and_then(|v| v.get(name))
            .filter(|v| !v.is_null());
        Self {
            value,
            // Faster than formatting: of a large plan this is called for a hundred thousand fields.
            place: [&self.place, ".", name].concat(),
        }
    }

    pub(crate) fn present(&self) -> bool {
        self.value.is_some()
    }

    pub(crate) fn json(&self) -> Option<&'a Json> {
        self.value
    }

    pub(crate) fn wrong<T>(&self, what: &str) -> Result<T, String> {
        Err(format!(
            "plan{}: {what}, found {}",
            self.place,
            self.value.map_or("nothing".to_owned(), Json::to_string)
        ))
    }

    pub(crate) fn is_list(&self) -> bool {
        self.value.is_some_and(Json::is_array)
    }

    /// The elements; nothing is an empty list.
    pub(crate) fn list(&self) -> Result<Vec<Self>, String> {
        let Some(value) = self.value else {
            return Ok(Vec::new());
        };
        let Some(elements) = value.as_array() else {
            return self.wrong("a list is expected");
        };
        let node = |(i, v): (usize, &'a Json)| {
            let value = Some(v).filter(|v| !v.is_null());
            Self {
                value,
                place: format!("{}[{i}]", self.place),
            }
        };
        Ok(elements.iter().enumerate().map(node).collect())
    }

    pub(crate) fn each<T>(
        &self,
        read: impl Fn(&Self) -> Result<T, String>,
    ) -> Result<Vec<T>, String> {
        self.list()?.iter().map(read).collect()
    }

    /// A list, or nothing where there is none.
    pub(crate) fn optional_each<T>(
        &self,
        read: impl Fn(&Self) -> Result<T, String>,
    ) -> Result<Option<Vec<T>>, String> {
        if self.present() {
            self.each(read).map(Some)
        } else {
            Ok(None)
        }
    }

    pub(crate) fn text(&self) -> Result<String, String> {
        match self.value.and_then(Json::as_str) {
            Some(text) => Ok(text.to_owned()),
            None => self.wrong("a text is expected"),
        }
    }

    pub(crate) fn optional_text(&self) -> Result<Option<String>, String> {
        if self.present() {
            self.text().map(Some)
        } else {
            Ok(None)
        }
    }

    pub(crate) fn texts(&self) -> Result<Vec<String>, String> {
        self.each(Self::text)
    }

    pub(crate) fn number(&self) -> Result<Option<usize>, String> {
        let Some(value) = self.value else {
            return Ok(None);
        };
        match value.as_u64().and_then(|n| usize::try_from(n).ok()) {
            Some(n) => Ok(Some(n)),
            None => self.wrong("a whole number is expected"),
        }
    }

    /// A number of any kind; 0 where there is none.
    pub(crate) fn amount(&self) -> Result<f64, String> {
        match (self.value, self.value.and_then(Json::as_f64)) {
            (None, _) => Ok(0.0),
            (_, Some(n)) => Ok(n),
            _ => self.wrong("a number is expected"),
        }
    }

    pub(crate) fn count(&self) -> Result<u32, String> {
        match self.number()?.and_then(|n| u32::try_from(n).ok()) {
            Some(n) => Ok(n),
            None => self.wrong("a count is expected"),
        }
    }

    pub(crate) fn flag(&self, default: bool) -> Result<bool, String> {
        match self.value {
            None => Ok(default),
            Some(Json::Bool(b)) => Ok(*b),
            Some(_) => self.wrong("true or false is expected"),
        }
    }
}
