//! What proves a bracket: vectors, ranks and the policy, and their bytes in a file.

use crate::hashing::Hashing;
use crate::objective::Direction;
use crate::plan::Policy;
use std::fmt;
use std::io::{self, Write};

/// What a checker needs beside the problem to prove the bracket of every state, from both sides.
///
/// All vectors speak of the objective in its resolved form (for `G`, of the reachability that it complements).
/// The inequalities are those of a sub- and a super-solution of the robust Bellman operator `B`:
///
/// - *reach, lower*: `x <= 1` on the target; elsewhere, where `x(s) > 0`, `(Bx)(s) >= x(s)`, and either strictly so or the
///   play moves, with positive probability, to the target, to where `x <= 0`, or to a state of smaller rank. Where
///   the agent maximises, `B` follows the policy; where it minimises, every action obeys.
/// - *reach, upper*: `x >= 1` on the target and `(Bx)(s) <= x(s)` elsewhere; where the agent minimises, `B` follows the policy.
/// - *until, upper*: where `x(s)` is finite, `c + Bx < x(s)` strictly (so the target is reached almost surely); *lower*: `c + Bx >= x(s)`.
/// - *total*: `c + Bx <= x` where `x(s)` is finite; `c + Bx >= x`, and either strictly so or with `c > 0`.
/// - *long-run mean*: with a bias `h` of each side, `Bx >= x(s)`, and either strictly so or `c + Bh >= x(s) + h(s)` too; likewise `<=`.
/// - *discounted*: `c + γ·Bx >= x` and `<= x`.
/// - *step-bounded*: nothing but the policy; the checker goes backward itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Certificate {
    /// The policy that the side of the agent's guarantee follows.
    pub policy: Policy,
    /// The numbers.
    pub proof: Proof,
}

/// The numbers of a [`Certificate`].
#[derive(Clone, Debug, PartialEq)]
pub enum Proof {
    /// For objectives without a step bound.
    FixedPoint {
        /// One lower bound a state.
        lower: Vec<f64>,
        /// One upper bound a state; may be infinite.
        upper: Vec<f64>,
        /// One rank a state, for the lower side of reach; zero where none is needed.
        rank: Vec<u32>,
    },
    /// For objectives with a step bound: the checker recomputes.
    Backward,
    /// For long-run means.
    LongRun {
        /// One lower bound of the mean a state.
        lower: Vec<f64>,
        /// One upper bound of the mean a state.
        upper: Vec<f64>,
        /// What each state is ahead of the others in the beginning, for the lower side.
        lower_bias: Vec<f64>,
        /// The same for the upper side.
        upper_bias: Vec<f64>,
    },
}

impl Proof {
    /// Returns the lower and the upper bound of every state, if there are such vectors.
    #[must_use]
    pub fn bounds(&self) -> Option<(&[f64], &[f64])> {
        match self {
            Self::FixedPoint { lower, upper, .. } | Self::LongRun { lower, upper, .. } => {
                Some((lower, upper))
            }
            Self::Backward => None,
        }
    }

    /// Returns the numbers by which Nature picks against an agent of this direction, on the side that the agent guarantees.
    ///
    /// Where a long-run mean is asked for she looks at the means first, and at the biases where those tie.
    #[must_use]
    pub fn guide(&self, agent: Direction) -> Option<Vec<f64>> {
        const FIRST: f64 = 1e6;
        let lower_side = agent == Direction::Maximize;
        let (means, biases) = match self {
            Self::Backward => return None,
            Self::FixedPoint { lower, upper, .. } => {
                return Some(if lower_side { lower.clone() } else { upper.clone() });
            }
            Self::LongRun {
                lower, lower_bias, ..
            } if lower_side => (lower, lower_bias),
            Self::LongRun {
                upper, upper_bias, ..
            } => (upper, upper_bias),
        };
        Some(
            means
                .iter()
                .zip(biases)
                .map(|(mean, bias)| mean * FIRST + bias)
                .collect(),
        )
    }
}

/// Why bytes are not a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateError {
    /// It does not begin like one.
    NotACertificate,
    /// It was written by another version of the format.
    Version {
        /// The version found.
        found: u32,
    },
    /// It ends too early or goes on too long.
    Length,
    /// Its checksum is not that of its contents.
    Checksum,
    /// A tag or a number inside it is not one that the format has.
    Malformed,
}

impl fmt::Display for CertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotACertificate => write!(f, "this is not a Murphy certificate"),
            Self::Version { found } => write!(
                f,
                "the certificate has format version {found}, but this program reads {VERSION}"
            ),
            Self::Length => write!(f, "the certificate is cut short or has something after its end"),
            Self::Checksum => write!(f, "the certificate was changed after it was written"),
            Self::Malformed => write!(
                f,
                "the certificate has a tag or a number that the format does not have"
            ),
        }
    }
}

impl std::error::Error for CertificateError {}

const MAGIC: &[u8; 8] = b"MURPHYCT";
const VERSION: u32 = 1;

impl Certificate {
    /// Returns the bytes of a certificate file: magic, version, policy, proof, and a checksum of it all.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let written = self.write(&mut bytes);
        debug_assert!(written.is_ok(), "memory takes all that is written");
        bytes
    }

    /// Writes what [`Self::to_bytes`] returns, without a second copy of it.
    ///
    /// # Errors
    /// Why it cannot be written.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut out = Hashing::new(out);
        self.write_body(&mut out)?;
        let (out, sum) = out.sum();
        out.write_all(sum.as_bytes())
    }

    fn write_body(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(MAGIC)?;
        out.write_all(&VERSION.to_le_bytes())?;
        let rows: &[Vec<u32>] = match &self.policy {
            Policy::Memoryless(row) => {
                out.write_all(&[0])?;
                std::slice::from_ref(row)
            }
            Policy::Stepwise(rows) => {
                out.write_all(&[1])?;
                rows
            }
        };
        out.write_all(&(rows.len() as u64).to_le_bytes())?;
        for row in rows {
            put(out, row, |item| item.to_le_bytes())?;
        }
        match &self.proof {
            Proof::Backward => out.write_all(&[0]),
            Proof::FixedPoint { lower, upper, rank } => {
                out.write_all(&[1])?;
                put(out, lower, |item| item.to_le_bytes())?;
                put(out, upper, |item| item.to_le_bytes())?;
                put(out, rank, |item| item.to_le_bytes())
            }
            Proof::LongRun {
                lower,
                upper,
                lower_bias,
                upper_bias,
            } => {
                out.write_all(&[2])?;
                let mut vectors = [lower, upper, lower_bias, upper_bias].into_iter();
                vectors.try_for_each(|vector| put(out, vector, |item| item.to_le_bytes()))
            }
        }
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`CertificateError`], for any other bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CertificateError> {
        let body_length = bytes
            .len()
            .checked_sub(blake3::OUT_LEN)
            .ok_or(CertificateError::NotACertificate)?;
        let (body, sum) = bytes.split_at(body_length);
        let mut reader = Reader { rest: body };
        if reader
            .take(MAGIC.len())
            .map_err(|_| CertificateError::NotACertificate)?
            != MAGIC
        {
            return Err(CertificateError::NotACertificate);
        }
        let found = reader.u32()?;
        if found != VERSION {
            return Err(CertificateError::Version { found });
        }
        if blake3::hash(body).as_bytes() != sum {
            return Err(CertificateError::Checksum);
        }
        let stepwise = match reader.byte()? {
            0 => false,
            1 => true,
            _ => return Err(CertificateError::Malformed),
        };
        let count = reader.length(8)?;
        let mut rows = (0..count).map(|_| reader.u32s()).collect::<Result<Vec<_>, _>>()?;
        let policy = match (stepwise, rows.pop()) {
            (false, Some(row)) if rows.is_empty() => Policy::Memoryless(row),
            (true, last) => {
                rows.extend(last);
                Policy::Stepwise(rows)
            }
            _ => return Err(CertificateError::Malformed),
        };
        let proof = reader.proof()?;
        if reader.rest.is_empty() {
            Ok(Self { policy, proof })
        } else {
            Err(CertificateError::Length)
        }
    }
}

/// Writes the number of some items and their bytes, many at a time.
fn put<T: Copy, const N: usize>(
    out: &mut dyn Write,
    items: &[T],
    bytes: impl Fn(T) -> [u8; N],
) -> io::Result<()> {
    const ITEMS: usize = 1 << 13;
    out.write_all(&(items.len() as u64).to_le_bytes())?;
    let mut block = Vec::with_capacity(N * ITEMS.min(items.len()));
    for items in items.chunks(ITEMS) {
        block.clear();
        block.extend(items.iter().flat_map(|item| bytes(*item)));
        out.write_all(&block)?;
    }
    Ok(())
}

/// Takes numbers off the front of bytes; every length is held against what is left before anything is allocated.
struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], CertificateError> {
        let (front, rest) = self
            .rest
            .split_at_checked(count)
            .ok_or(CertificateError::Length)?;
        self.rest = rest;
        Ok(front)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], CertificateError> {
        self.take(N)?.try_into().map_err(|_| CertificateError::Length)
    }

    fn u32(&mut self) -> Result<u32, CertificateError> {
        self.array().map(u32::from_le_bytes)
    }

    fn byte(&mut self) -> Result<u8, CertificateError> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn proof(&mut self) -> Result<Proof, CertificateError> {
        Ok(match self.byte()? {
            0 => Proof::Backward,
            1 => Proof::FixedPoint {
                lower: self.f64s()?,
                upper: self.f64s()?,
                rank: self.u32s()?,
            },
            2 => Proof::LongRun {
                lower: self.f64s()?,
                upper: self.f64s()?,
                lower_bias: self.f64s()?,
                upper_bias: self.f64s()?,
            },
            _ => return Err(CertificateError::Malformed),
        })
    }

    /// Reads a length of items of `width` bytes each.
    fn length(&mut self, width: usize) -> Result<usize, CertificateError> {
        let count =
            usize::try_from(u64::from_le_bytes(self.array()?)).map_err(|_| CertificateError::Length)?;
        if count
            .checked_mul(width)
            .is_some_and(|bytes| bytes <= self.rest.len())
        {
            Ok(count)
        } else {
            Err(CertificateError::Length)
        }
    }

    fn u32s(&mut self) -> Result<Vec<u32>, CertificateError> {
        let count = self.length(4)?;
        (0..count).map(|_| self.u32()).collect()
    }

    fn f64s(&mut self) -> Result<Vec<f64>, CertificateError> {
        let count = self.length(8)?;
        (0..count)
            .map(|_| self.array().map(|bits| f64::from_bits(u64::from_le_bytes(bits))))
            .collect()
    }
}
