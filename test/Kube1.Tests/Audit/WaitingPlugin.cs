using Kube1.ApiServer.Admission;

namespace Kube1.Tests.Audit;

/// <summary>Holds writes of ConfigMaps until their clients go.</summary>
internal sealed class WaitingPlugin : IAdmissionPlugin
{
    public TaskCompletionSource Arrived { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Name => "Waiting";

    public bool Handles(AdmissionRequest request) => request.Resource.Resource.Resource == "configmaps";

    public ValueTask AdmitAsync(AdmissionRequest request, CancellationToken cancellationToken) => default;

    public async ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        Arrived.TrySetResult();
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
    }
}
