namespace Kube1.Client.Controllers;

/// <summary>A loop that keeps one invariant of the cluster.</summary>
public interface IController
{
    /// <summary>Its upstream name, "replicaset-controller".</summary>
    string Name { get; }

    /// <summary>Runs until cancelled; waits for its informers first.</summary>
    Task RunAsync(CancellationToken ct);
}
