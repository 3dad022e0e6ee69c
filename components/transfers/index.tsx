export { Dock } from './dock.tsx';
