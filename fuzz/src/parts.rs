//! Several files in one input: the first, and each other one after a line `=== its name`.

use std::collections::BTreeMap;

/// Returns the first file and the others by name; bytes that are no text are replaced.
pub fn parts(bytes: &[u8]) -> (String, BTreeMap<String, String>) {
    let text = String::from_utf8_lossy(bytes);
    let mut sections = text.split("=== ");
    let first = sections.next().unwrap_or_default().to_owned();
    let others = sections.map(|section| {
        let (name, content) = section.split_once('\n').unwrap_or((section, ""));
        (name.to_owned(), content.to_owned())
    });
    (first, others.collect())
}

/// Packs files after `=== name` lines, whatever their bytes, as a tape archive; what is one already stays as it is.
pub fn archive(bytes: &[u8]) -> Vec<u8> {
    if bytes.get(257..262) == Some(b"ustar") {
        return bytes.to_vec();
    }
    let mut archive = Vec::new();
    let starts: Vec<usize> = (0..bytes.len())
        .filter(|at| bytes[*at..].starts_with(b"=== "))
        .chain([bytes.len()])
        .collect();
    for pair in starts.windows(2) {
        let section = &bytes[pair[0] + 4..pair[1]];
        let end = section
            .iter()
            .position(|byte| *byte == b'\n')
            .unwrap_or(section.len());
        let (name, content) = (
            &section[..end.min(100)],
            section.get(end + 1..).unwrap_or_default(),
        );
        let mut header = [0; 512];
        header[..name.len()].copy_from_slice(name);
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[156] = b'0';
        header[257..265].copy_from_slice(b"ustar\x0000");
        archive.extend(header);
        archive.extend(content);
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.resize(archive.len() + 1024, 0);
    archive
}

/// Sets the sum in every header of a tape archive, so that changes reach what it holds.
pub fn with_sums(bytes: &[u8]) -> Vec<u8> {
    let mut archive = bytes.to_vec();
    let mut at = 0;
    while let Some(header) = archive.get_mut(at..at + 512) {
        // The empty blocks at the end have no sum.
        if header.iter().all(|byte| *byte == 0) {
            break;
        }
        header[148..156].fill(b' ');
        let sum: u64 = header.iter().map(|byte| u64::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        let digits = String::from_utf8_lossy(&header[124..136]).into_owned();
        let size = digits.trim_matches([' ', '\0']);
        let size = usize::from_str_radix(size, 8).unwrap_or(0).min(bytes.len());
        at += 512 + size.next_multiple_of(512);
    }
    archive
}
