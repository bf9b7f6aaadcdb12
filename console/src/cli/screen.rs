//! Where a command writes: data to one stream, remarks to the other, in the form that was asked for.

use std::{
    fmt,
    io::{self, Write},
};

use serde_json::Value;

use crate::{
    cli::{
        failure::Explained,
        json,
        paint::{Tone, paint},
        table::{self, Column, Frame},
        yaml,
    },
    inert::Inert,
};

/// The form of the data.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
pub enum Format {
    /// Columns that fit the terminal.
    #[default]
    Table,
    /// Objects with stable names.
    Json,
    /// The same objects as YAML.
    Yaml,
    /// All columns, full identifiers, nothing cut.
    Wide,
}

/// Both streams of a command and how to write to them.
pub struct Screen<'a> {
    /// Data.
    pub out: &'a mut dyn Write,
    /// Remarks and errors.
    pub err: &'a mut dyn Write,
    /// What was asked for with `-o`.
    pub format: Format,
    /// Room, colour and time for tables.
    pub frame: Frame,
    /// Whether answers follow one another: then each JSON document is one line, and each of YAML begins with `---`.
    pub series: bool,
}

impl fmt::Debug for Screen<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Screen")
            .field("format", &self.format)
            .field("frame", &self.frame)
            .finish_non_exhaustive()
    }
}

impl Screen<'_> {
    /// Whether the reader is a program.
    #[must_use]
    pub fn for_programs(&self) -> bool {
        match self.format {
            Format::Json | Format::Yaml => true,
            Format::Table | Format::Wide => false,
        }
    }

    /// A list: `{"NAME": [ … ]}` or a table. An empty table is a remark, so that pipes get nothing.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn list<T>(
        &mut self,
        name: &str,
        rows: &[T],
        columns: &[Column<T>],
        json: fn(&T) -> Value,
    ) -> io::Result<()> {
        if self.for_programs() {
            let rows: Vec<Value> = rows.iter().map(json).collect();
            return self.object(&serde_json::json!({ name: rows }));
        }
        if rows.is_empty() {
            return self.note(&none(name));
        }
        self.table(columns, rows)
    }

    /// A table as it is, without cutting to nothing when it is empty.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn table<T>(&mut self, columns: &[Column<T>], rows: &[T]) -> io::Result<()> {
        self.out.write_all(table::render(columns, rows, self.frame).as_bytes())
    }

    /// One document over several lines.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn object(&mut self, value: &Value) -> io::Result<()> {
        if self.series {
            return self.object_line(value);
        }
        match self.format {
            Format::Yaml => write!(self.out, "{}", yaml::document(value)?),
            Format::Table | Format::Json | Format::Wide => writeln!(self.out, "{}", json::pretty(value)),
        }
    }

    /// One of many documents, sent at once: JSON in one line, YAML after a line `---`.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn object_line(&mut self, value: &Value) -> io::Result<()> {
        match self.format {
            Format::Yaml => write!(self.out, "---\n{}", yaml::document(value)?)?,
            Format::Table | Format::Json | Format::Wide => writeln!(self.out, "{}", json::line(value))?,
        }
        self.out.flush()
    }

    /// One line of data for people.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{}", Inert::line(text))
    }

    /// One line of data for people, in a tone.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn toned(&mut self, text: &str, tone: Tone) -> io::Result<()> {
        writeln!(self.out, "{}", paint(Inert::line(text).as_str(), tone, self.frame.colour))
    }

    /// A name and what it is, aligned with its neighbours. Never cut.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn field(&mut self, name: &str, value: &str) -> io::Result<()> {
        let name = paint(&format!("{name:<12}"), Tone::Dim, self.frame.colour);
        writeln!(self.out, "  {name}  {}", Inert::line(value))
    }

    /// A remark for people, beside the data.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn note(&mut self, text: &str) -> io::Result<()> {
        self.out.flush()?;
        writeln!(self.err, "{}", Inert::line(text))
    }

    /// An error with its hint.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn failure(&mut self, explained: &Explained) -> io::Result<()> {
        self.out.flush()?;
        writeln!(self.err, "error: {}", Inert::line(&explained.message))?;
        if let Some(hint) = &explained.hint {
            writeln!(self.err, "hint: {}", Inert::line(hint))?;
        }
        Ok(())
    }
}
/// That a list has no rows, in words; some are called by what no row is.
fn none(name: &str) -> String {
    match name {
        "audit" => "no entry".to_owned(),
        "parked" => "nothing is parked".to_owned(),
        "cost" => "nothing has cost anything".to_owned(),
        "blast" => "no tool with effects".to_owned(),
        rows => format!("no {rows}"),
    }
}
