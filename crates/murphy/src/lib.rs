//! murphy
