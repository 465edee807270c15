namespace Kube1.Benchmarks.Cluster;

/// <summary>Figures beside what is aimed for, printed as one table.</summary>
internal sealed class FigureTable
{
    private readonly List<(string What, string Value, string Aim)> _rows = [];

    /// <summary>A figure without an aim.</summary>
    public void Add(string what, string value) => _rows.Add((what, value, ""));

    /// <summary>A figure that is to stay below a bound.</summary>
    /// <param name="what">What was measured.</param>
    /// <param name="value">The figure.</param>
    /// <param name="limit">The bound, in the same unit.</param>
    /// <param name="unit">Its unit, printed after figure and bound.</param>
    /// <param name="format">How both are printed.</param>
    public void AddBelow(string what, double value, double limit, string unit, string format = "0.00") => _rows.Add((
        what, $"{value.ToString(format)} {unit}",
        $"< {limit.ToString(format)} {unit}: {(value < limit ? "met" : "MISSED")}"));

    public async Task PrintAsync(TextWriter output)
    {
        var (first, second) = (_rows.Max(r => r.What.Length), _rows.Max(r => r.Value.Length));
        foreach (var (what, value, aim) in _rows)
        {
            await output.WriteLineAsync($"  {what.PadRight(first)}  {value.PadRight(second)}  {aim}".TrimEnd());
        }
    }
}
