export default "lazy";
export const later = await new Promise((resolve) => setTimeout(resolve, 1, "awaited"));
