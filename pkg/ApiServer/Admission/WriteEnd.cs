namespace Kube1.ApiServer.Admission;

/// <summary>
/// The end of a write that admission has let through: it is in the store, or never will be. Who writes disposes it then.
/// </summary>
internal sealed class WriteEnd : IDisposable
{
    private readonly List<IDisposable> _held = [];

    /// <summary>Holds something until the end.</summary>
    public void Hold(IDisposable held) => _held.Add(held);

    /// <inheritdoc/>
    public void Dispose() => _held.ForEach(held => held.Dispose());
}
