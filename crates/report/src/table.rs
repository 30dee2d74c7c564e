//! A table, once: the page, the CSV file and the JSON file all come from it.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::error::Error;
use crate::markup;

/// One column.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Column {
    /// Heading, and key in the files.
    pub(crate) label: String,
    /// Whether it holds numbers: right-aligned, sorted by value.
    pub(crate) numeric: bool,
    /// Whether it is in the files alone: what would make a page heavy.
    pub(crate) filed: bool,
}

/// One cell.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Cell {
    /// What a reader sees (plain text).
    pub(crate) text: String,
    /// What the files hold; `None` is nothing measured.
    #[serde(skip)]
    pub(crate) value: Option<Value>,
    /// The sort key as an attribute, where it is not the text.
    pub(crate) sort: String,
    /// Address of the evidence inside the site, or nothing.
    pub(crate) link: String,
    /// Whether this is an absence or a failure, drawn muted.
    pub(crate) muted: bool,
}

impl Cell {
    /// A text that stands for itself.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            value: Some(Value::from(markup::bare(&text))),
            sort: String::new(),
            text,
            link: String::new(),
            muted: false,
        }
    }

    /// A number and how it is shown. What is not finite is a text in the files.
    pub(crate) fn number(value: f64, text: impl Into<String>) -> Self {
        let file = if value.is_finite() {
            json!(value)
        } else if value.is_nan() {
            json!("NaN")
        } else {
            json!(if value > 0.0 { "inf" } else { "-inf" })
        };
        // A browser's `Number` reads these; NaN sorts last by the script's rule.
        let sort = if value.is_infinite() {
            if value > 0.0 { "Infinity".into() } else { "-Infinity".into() }
        } else {
            // A few digits suffice to order; the files have all.
            let (whole, short) = (format!("{value}"), format!("{value:.5e}"));
            if short.len() < whole.len() { short } else { whole }
        };
        let text = text.into();
        let sort = if sort == text { String::new() } else { sort };
        Self { text, value: Some(file), sort, link: String::new(), muted: false }
    }

    /// Something that is not there, with the reason in words.
    pub(crate) fn absent(text: impl Into<String>) -> Self {
        Self { text: text.into(), value: None, sort: "NaN".into(), link: String::new(), muted: true }
    }

    /// The same with an address.
    pub(crate) fn linked(mut self, address: impl Into<String>) -> Self {
        self.link = address.into();
        self
    }
}

/// Rows under columns. The first column names the row.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Table {
    /// What the table shows and how it is ordered.
    pub(crate) caption: String,
    /// The columns.
    pub(crate) columns: Vec<Column>,
    /// The rows.
    pub(crate) rows: Vec<Vec<Cell>>,
    /// The anchor of each row, or none at all.
    pub(crate) anchors: Vec<String>,
}

impl Table {
    /// An empty table; a `#` at the start of a label makes the column numeric, a `~` keeps it off the page.
    pub(crate) fn new(caption: impl Into<String>, labels: &[&str]) -> Self {
        let columns = labels
            .iter()
            .map(|l| Column {
                label: l.trim_start_matches(['#', '~']).to_owned(),
                numeric: l.starts_with('#'),
                filed: l.starts_with('~'),
            })
            .collect();
        Self { caption: caption.into(), columns, rows: Vec::new(), anchors: Vec::new() }
    }

    /// The table as CSV (RFC 4180), with the schema version as a last column.
    pub(crate) fn csv(&self) -> String {
        let line = |cells: Vec<String>| cells.iter().map(|c| quote(c)).collect::<Vec<_>>().join(",") + "\r\n";
        let mut head: Vec<String> = self.columns.iter().map(|c| c.label.clone()).collect();
        head.push("schema_version".into());
        let mut out = line(head);
        for row in &self.rows {
            let mut cells: Vec<String> = row
                .iter()
                .map(|cell| match &cell.value {
                    Some(Value::String(text)) => text.clone(),
                    Some(value) => value.to_string(),
                    None => String::new(),
                })
                .collect();
            cells.push(results::SCHEMA_VERSION.to_string());
            out += &line(cells);
        }
        out
    }

    /// The table as JSON: one object per row, each on a line of its own.
    pub(crate) fn json(&self, id: &str, tier: &str) -> Result<String, Error> {
        let encode = |value: &Value| {
            serde_json::to_string(value).map_err(|source| Error::Encode { figure: id.to_owned(), source })
        };
        let mut rows = Vec::new();
        for row in &self.rows {
            let cells = self.columns.iter().zip(row);
            let object: Map<String, Value> = cells
                .map(|(column, cell)| (column.label.clone(), cell.value.clone().unwrap_or(Value::Null)))
                .collect();
            rows.push(encode(&Value::Object(object))?);
        }
        Ok(format!(
            "{{\"schema_version\":{},\n\"id\":{},\n\"tier\":{},\n\"caption\":{},\n\"rows\":[\n{}\n]}}\n",
            results::SCHEMA_VERSION,
            encode(&json!(id))?,
            encode(&json!(tier))?,
            encode(&json!(self.caption))?,
            rows.join(",\n")
        ))
    }
}

fn quote(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_hold_values_not_texts() {
        let mut table = Table::new("a, b", &["method", "#share"]);
        table.rows.push(vec![Cell::text("layer, \"norm\""), Cell::number(0.1 + 0.2, "30 %")]);
        table.rows.push(vec![Cell::text("none"), Cell::number(f64::INFINITY, "∞")]);
        table.rows.push(vec![Cell::text("rms"), Cell::absent("not measured")]);
        assert_eq!(
            table.csv(),
            "method,share,schema_version\r\n\"layer, \"\"norm\"\"\",0.30000000000000004,1\r\nnone,inf,1\r\nrms,,1\r\n"
        );
        let json: Value = serde_json::from_str(&table.json("x", "quick").unwrap()).unwrap();
        assert_eq!(json["schema_version"], 1);
        assert_eq!(json["rows"][0]["share"], 0.1 + 0.2);
        assert_eq!(json["rows"][2]["share"], Value::Null);
    }
}
