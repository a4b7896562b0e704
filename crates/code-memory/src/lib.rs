//! Executable memory under W^X: reserve, stage, publish, retire.
