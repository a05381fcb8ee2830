//! credal
