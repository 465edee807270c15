namespace Kube1.ApiServer.Registry;

/// <summary>
/// Something taken for an object before it is stored, such as a cluster IP. Disposed without a commit (the write
/// failed, or was a dry run) it gives back what it took.
/// </summary>
public interface IReservation : IDisposable
{
    /// <summary>The object is stored: what was taken stays taken; what it replaces is given back.</summary>
    void Commit();
}
