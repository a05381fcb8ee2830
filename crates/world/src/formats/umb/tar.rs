//! A tar archive as UMB uses it: regular files with short names, held in memory by name.

use std::collections::BTreeMap;
use std::io::{self, Read};

/// The size of a block.
const BLOCK: usize = 512;
/// The most files in one archive.
const FILES_MAX: usize = 10_000;

/// Reads all files of an archive, together at most `bytes_max` long; folders and links are left out.
pub(super) fn files(mut reader: impl Read, bytes_max: u64) -> io::Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let mut left = bytes_max;
    let mut header = [0u8; BLOCK];
    let mut long_name: Option<String> = None;
    loop {
        read_block(&mut reader, &mut header)?;
        if header.iter().all(|byte| *byte == 0) {
            return Ok(files);
        }
        let size = check(&header)?;
        left = left
            .checked_sub(size)
            .ok_or_else(|| invalid("it holds more than a model of the largest size needs"))?;
        let mut bytes = Vec::new();
        reader.by_ref().take(size).read_to_end(&mut bytes)?;
        if bytes.len() as u64 != size {
            return Err(invalid("it is cut short"));
        }
        let padding = (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64;
        if io::copy(&mut reader.by_ref().take(padding), &mut io::sink())? != padding {
            return Err(invalid("it is cut short"));
        }
        match header[156] {
            0 | b'0' => {
                let name = long_name.take().unwrap_or_else(|| name(&header));
                let name = name.trim_start_matches("./").trim_start_matches('/').to_owned();
                if files.len() >= FILES_MAX || files.insert(name.clone(), bytes).is_some() {
                    return Err(invalid(&format!("it holds too many files, or `{name}` twice")));
                }
            }
            b'x' => long_name = extended_path(&bytes).or(long_name),
            b'L' => long_name = Some(text(&bytes)),
            _ => long_name = None,
        }
    }
}

fn invalid(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

/// Fills a block. An archive ends with an empty one, so that there always is one more.
fn read_block(reader: &mut impl Read, block: &mut [u8; BLOCK]) -> io::Result<()> {
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

/// Writes one file into an archive.
pub(in super::super) fn append(out: &mut dyn io::Write, name: &str, bytes: &[u8]) -> io::Result<()> {
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
        (124, 12, bytes.len() as u64),
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
    out.write_all(&header)?;
    out.write_all(bytes)?;
    let padding = (BLOCK - bytes.len() % BLOCK) % BLOCK;
    out.write_all(&[0u8; BLOCK][..padding])
}

/// Ends an archive.
pub(in super::super) fn finish(out: &mut dyn io::Write) -> io::Result<()> {
    out.write_all(&[0u8; 2 * BLOCK])
}
