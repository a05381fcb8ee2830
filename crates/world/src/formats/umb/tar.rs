//! A tar archive as UMB uses it: regular files with short names, and where each lies.

use super::blocks::Source;
use std::collections::BTreeMap;
use std::io::{self, Read, SeekFrom};
use std::ops::Range;

/// The size of a block.
const BLOCK: usize = 512;
/// The most files in one archive.
const FILES_MAX: usize = 10_000;
/// The longest record of a name that is read.
const NAME_MAX: u64 = 1 << 20;

/// Returns where the files of an archive lie, together at most `bytes_max` long; folders and links are left out.
pub(super) fn contents(source: &mut dyn Source, bytes_max: u64) -> io::Result<BTreeMap<String, Range<u64>>> {
    let mut files = BTreeMap::new();
    let mut left = bytes_max;
    let mut header = [0u8; BLOCK];
    let mut long_name: Option<String> = None;
    let length = source.seek(SeekFrom::End(0))?;
    let mut at = 0;
    loop {
        source.seek(SeekFrom::Start(at))?;
        read_block(source, &mut header)?;
        if header.iter().all(|byte| *byte == 0) {
            return Ok(files);
        }
        let size = check(&header)?;
        left = left
            .checked_sub(size)
            .ok_or_else(|| invalid("it holds more than a model of the largest size needs"))?;
        let start = at + BLOCK as u64;
        let end = start.checked_add(size).filter(|end| *end <= length);
        let end = end.ok_or_else(|| invalid("it is cut short"))?;
        match header[156] {
            0 | b'0' => {
                let name = long_name.take().unwrap_or_else(|| name(&header));
                let name = name.trim_start_matches("./").trim_start_matches('/').to_owned();
                if files.len() >= FILES_MAX || files.insert(name.clone(), start..end).is_some() {
                    return Err(invalid(&format!("it holds too many files, or `{name}` twice")));
                }
            }
            kind @ (b'x' | b'L') => {
                let mut bytes = Vec::new();
                source.take(size.min(NAME_MAX)).read_to_end(&mut bytes)?;
                long_name = match kind {
                    b'x' => extended_path(&bytes).or(long_name),
                    _ => Some(text(&bytes)),
                };
            }
            _ => long_name = None,
        }
        at = end.next_multiple_of(BLOCK as u64);
    }
}

fn invalid(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

/// Fills a block. An archive ends with an empty one, so that there always is one more.
fn read_block(reader: &mut dyn Source, block: &mut [u8; BLOCK]) -> io::Result<()> {
    reader.read_exact(block).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => invalid("it is cut short"),
        _ => error,
    })
}

/// Checks the sum of a header and returns the size of its file.
fn check(header: &[u8; BLOCK]) -> io::Result<u64> {
    let sum: u64 = header
        .iter()
        .enumerate()
        .map(|(at, byte)| u64::from(if (148..156).contains(&at) { b' ' } else { *byte }))
        .sum();
    if octal(&header[148..156]) != Some(sum) {
        return Err(invalid("it is no tar archive, or damaged"));
    }
    octal(&header[124..136]).ok_or_else(|| invalid("the size of a file in it is not a number"))
}

/// Reads an octal number between blanks and zeros.
fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?;
    let text = text.trim_matches(['\0', ' ']);
    u64::from_str_radix(text, 8).ok()
}

fn text(field: &[u8]) -> String {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    String::from_utf8_lossy(&field[..end]).into_owned()
}

fn name(header: &[u8; BLOCK]) -> String {
    let name = text(&header[..100]);
    let prefix = if &header[257..262] == b"ustar" {
        text(&header[345..500])
    } else {
        String::new()
    };
    if prefix.is_empty() {
        name
    } else {
        format!("{prefix}/{name}")
    }
}

/// Finds the path in the records `length key=value` of an extended header.
fn extended_path(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    text.lines()
        .filter_map(|line| line.split_once(' '))
        .find_map(|(_, record)| record.strip_prefix("path=").map(str::to_owned))
}

/// Begins a file of so many bytes in an archive; they are to be written next, and then [`pad`].
pub(in super::super) fn begin(out: &mut dyn io::Write, name: &str, size: u64) -> io::Result<()> {
    let mut header = [0u8; BLOCK];
    let name = name.as_bytes();
    if name.len() > 100 {
        return Err(invalid("a name in the archive is longer than 100 characters"));
    }
    header[..name.len()].copy_from_slice(name);
    let fields: [(usize, usize, u64); 5] = [
        (100, 8, 0o644),
        (108, 8, 0),
        (116, 8, 0),
        (124, 12, size),
        (136, 12, 0),
    ];
    for (at, length, value) in fields {
        let digits = format!("{value:0width$o}\0", width = length - 1);
        if digits.len() > length {
            return Err(invalid("a file is too large for the archive"));
        }
        header[at..at + length].copy_from_slice(digits.as_bytes());
    }
    header[156] = b'0';
    header[257..263].copy_from_slice(b"ustar\0");
    header[263..265].copy_from_slice(b"00");
    header[148..156].fill(b' ');
    let sum: u64 = header.iter().map(|byte| u64::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    out.write_all(&header)
}

/// Fills the last block of a file of so many bytes.
pub(in super::super) fn pad(out: &mut dyn io::Write, size: u64) -> io::Result<()> {
    let padding = size.next_multiple_of(BLOCK as u64) - size;
    let padding = usize::try_from(padding).unwrap_or(0);
    out.write_all(&[0u8; BLOCK][..padding])
}

/// Ends an archive.
pub(in super::super) fn finish(out: &mut dyn io::Write) -> io::Result<()> {
    out.write_all(&[0u8; 2 * BLOCK])
}
