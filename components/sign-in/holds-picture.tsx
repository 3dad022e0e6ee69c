const holds = [
  { width: 5, layers: [30, 26, 9] },
  { width: 8, layers: [20, 30, 8] },
  { width: 10, layers: [8, 9, 5] },
  { width: 4, layers: [34, 32, 10] },
  { width: 3, layers: [12, 36] },
  { width: 6, layers: [26, 20] },
];
const cargo = ['cargo-operator', 'cargo-project', 'cargo-snapshot'];

/** Holds under their load line: what the service is, before anything is read. Decoration; figures are made up. */
export function HoldsPicture() {
  return (
    <div aria-hidden="true" className="relative hidden items-end overflow-hidden pr-20 pl-16 rail:grid">
      <div className="plan -mb-0.5 !pl-0" style={{ ['--deck' as string]: '62vh' }}>
        <div className="plan-deck !gap-3.5">
          {holds.map((hold) => (
            <div key={hold.width} className="hold !min-w-0" style={{ flexGrow: hold.width }}>
              <div className="tank !rounded-none !border-b-0">
                {hold.layers.map((height, index) => (
                  <i key={cargo[index]} className={cargo[index]} style={{ height: `${height}%` }} />
                ))}
              </div>
            </div>
          ))}
          <div className="load-line load-line-accent" style={{ top: '15%', left: -64, right: -80 }} />
        </div>
      </div>
    </div>
  );
}
