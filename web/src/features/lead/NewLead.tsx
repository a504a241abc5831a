export function NewLead() { return null; }
