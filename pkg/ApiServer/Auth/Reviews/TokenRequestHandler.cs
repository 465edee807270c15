using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Api.Validation;
using Kube1.ApiServer.Auth.Tokens;
using Kube1.ApiServer.Http;

namespace Kube1.ApiServer.Auth.Reviews;

/// <summary>
/// serviceaccounts/token: issues a token, bound to a pod, secret or node when the request names one.
/// https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/
/// </summary>
internal sealed class TokenRequestHandler(ServiceAccountTokenIssuer issuer, TimeProvider time) : ISubresourceHandler
{
    /// <summary>With it the audit log tells which requests were made with the token.</summary>
    private const string IssuedCredentialKey = "authentication.kubernetes.io/issued-credential-id";

    private const long DefaultExpirationSeconds = 3600;
    private const long MinimumExpirationSeconds = 600;
    private const long MaximumExpirationSeconds = 1L << 32;

    /// <summary>What kubelets ask for in the default volume: such tokens live on, with a warning, for clients that never reread.</summary>
    private const long WarnOnlyExpirationSeconds = 3607;

    private const long ExtendedExpirationSeconds = 365L * 24 * 3600;

    /// <inheritdoc/>
    public async ValueTask HandleAsync(SubresourceRequest request, CancellationToken cancellationToken)
    {
        var ns = request.Namespace!;
        var name = request.Info.Name;
        var account = request.Objects.Get<V1ServiceAccount>(ns, name)
            ?? throw ApiErrors.NotFound(new GroupResource("", "serviceaccounts"), name);
        var body = await request.ReadObjectAsync("io.k8s.api.authentication.v1.TokenRequest", cancellationToken)
            .ConfigureAwait(false);
        var asked = KubeJson.Deserialize<Authenticationv1TokenRequest>(body);
        Complete(asked, ns, name);
        Validate(asked);
        var admitted = await request.AdmitAsync(
            Admission.AdmissionOperation.Create, KubeJson.ToJson(asked), null, DefaultAudiences, cancellationToken)
            .ConfigureAwait(false);
        asked = KubeJson.Deserialize<Authenticationv1TokenRequest>(admitted!);
        var claims = Claims(request, asked, account);
        request.Annotate(IssuedCredentialKey, "JTI=" + claims.Id);
        asked.Metadata.CreationTimestamp = time.GetUtcNow();
        asked.Status = new V1TokenRequestStatus
        {
            Token = issuer.Sign(claims),
            ExpirationTimestamp = DateTimeOffset.FromUnixTimeSeconds(claims.IssuedAt + asked.Spec!.ExpirationSeconds!.Value),
        };
        await request.WriteAsync(201, KubeJson.ToJson(asked), cancellationToken).ConfigureAwait(false);
    }

    private static void Complete(Authenticationv1TokenRequest asked, string ns, string name)
    {
        if (!string.IsNullOrEmpty(asked.Metadata.Name) && asked.Metadata.Name != name)
        {
            throw ApiErrors.BadRequest(
                $"the name of the object ({asked.Metadata.Name}) does not match the name on the URL ({name})");
        }

        if (!string.IsNullOrEmpty(asked.Metadata.Namespace) && asked.Metadata.Namespace != ns)
        {
            throw ApiErrors.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        }

        asked.Metadata.Name = name;
        asked.Metadata.Namespace = ns;
        asked.Spec ??= new V1TokenRequestSpec();
        asked.Spec.ExpirationSeconds ??= DefaultExpirationSeconds;
    }

    // Not before: a node may ask for no other audiences than its pods have, and most of them have none.
    private void DefaultAudiences(JsonObject asked)
    {
        if (asked["spec"] is JsonObject spec && spec["audiences"] is not JsonArray { Count: > 0 })
        {
            spec["audiences"] = new JsonArray(issuer.Issuer);
        }
    }

    private static void Validate(Authenticationv1TokenRequest asked)
    {
        var errors = new FieldErrorList();
        var path = FieldPath.Of("spec").Child("expirationSeconds");
        var seconds = asked.Spec!.ExpirationSeconds!.Value;
        if (seconds < MinimumExpirationSeconds)
        {
            errors.Invalid(path, seconds, "may not specify a duration less than 10 minutes");
        }

        if (seconds > MaximumExpirationSeconds)
        {
            errors.Invalid(path, seconds, "may not specify a duration larger than 2^32 seconds");
        }

        if (errors.Count > 0)
        {
            throw ApiErrors.Invalid(Authenticationv1TokenRequest.GroupVersionKind, "", errors);
        }
    }

    private ServiceAccountClaims Claims(
        SubresourceRequest request, Authenticationv1TokenRequest asked, V1ServiceAccount account)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var spec = asked.Spec!;
        var seconds = spec.ExpirationSeconds!.Value;
        var claims = new ServiceAccountClaims
        {
            Issuer = issuer.Issuer,
            Audiences = spec.Audiences!,
            IssuedAt = now,
            Expires = now + seconds,
            Id = Guid.NewGuid().ToString(),
            Namespace = account.Metadata.Namespace!,
            ServiceAccount = new BoundReference(account.Metadata.Name!, account.Metadata.Uid!),
        };
        claims = Bind(request, spec.BoundObjectRef, claims);
        return claims.Pod is not null && seconds == WarnOnlyExpirationSeconds && spec.Audiences is [var only]
            && only == issuer.Issuer
            ? claims with { Expires = now + ExtendedExpirationSeconds, WarnAfter = now + seconds }
            : claims;
    }

    private static ServiceAccountClaims Bind(
        SubresourceRequest request, V1BoundObjectReference? reference, ServiceAccountClaims claims)
    {
        if (reference is null)
        {
            return claims;
        }

        var name = reference.Name ?? "";
        switch (reference.ApiVersion, reference.Kind)
        {
            case ("v1", "Pod"):
                var pod = request.Objects.Get<V1Pod>(claims.Namespace, name) ?? throw Missing("pods", name);
                if (pod.Spec!.ServiceAccountName != claims.ServiceAccount.Name)
                {
                    throw ApiErrors.BadRequest(
                        $"cannot bind token for serviceaccount \"{claims.ServiceAccount.Name}\" to pod running with different "
                        + "serviceaccount name.");
                }

                return claims with { Pod = Checked(reference, pod.Metadata), Node = NodeOf(request, pod.Spec.NodeName) };
            case ("v1", "Secret"):
                var secret = request.Objects.Get<V1Secret>(claims.Namespace, name) ?? throw Missing("secrets", name);
                return claims with { Secret = Checked(reference, secret.Metadata) };
            case ("v1", "Node"):
                var node = request.Objects.Get<V1Node>(null, name) ?? throw Missing("nodes", name);
                return claims with { Node = Checked(reference, node.Metadata) };
            default:
                throw ApiErrors.BadRequest(
                    $"cannot bind token for object of type {reference.ApiVersion}, Kind={reference.Kind}");
        }
    }

    private static BoundReference? NodeOf(SubresourceRequest request, string? node) =>
        string.IsNullOrEmpty(node) ? null : new BoundReference(node, request.Objects.Get<V1Node>(null, node)?.Metadata.Uid ?? "");

    private static BoundReference Checked(V1BoundObjectReference reference, V1ObjectMeta found)
    {
        if (!string.IsNullOrEmpty(reference.Uid) && reference.Uid != found.Uid)
        {
            throw ApiErrors.Conflict(
                new GroupResource("", reference.Kind!), reference.Name!,
                $"the UID in the bound object reference ({reference.Uid}) does not match the UID in record. The object might "
                + "have been deleted and then recreated");
        }

        return new BoundReference(found.Name!, found.Uid!);
    }

    private static ApiException Missing(string resource, string name) =>
        ApiErrors.NotFound(new GroupResource("", resource), name);
}
