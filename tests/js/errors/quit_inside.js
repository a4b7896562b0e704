// exit: 3
try { quit(3); } catch { console.log('never'); } finally { console.log('never'); }
