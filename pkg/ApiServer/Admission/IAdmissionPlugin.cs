namespace Kube1.ApiServer.Admission;

/// <summary>
/// A built-in admission plug-in. Mutating runs before the strategy, validating after it; both refuse by throwing an
/// <see cref="Api.Errors.ApiException"/>, as a rule <see cref="Api.Errors.ApiErrors.Forbidden"/>.
/// Source: https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/
/// </summary>
public interface IAdmissionPlugin
{
    /// <summary>Upstream's name, "NamespaceLifecycle".</summary>
    string Name { get; }

    /// <summary>Whether the plug-in looks at such requests at all.</summary>
    bool Handles(AdmissionRequest request);

    /// <summary>May change <see cref="AdmissionRequest.Object"/>.</summary>
    ValueTask AdmitAsync(AdmissionRequest request, CancellationToken cancellationToken);

    /// <summary>Must not change anything.</summary>
    ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken);
}
