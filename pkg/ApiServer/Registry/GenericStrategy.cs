namespace Kube1.ApiServer.Registry;

/// <summary>The strategy of kinds that have no behaviour of their own: reviews and bindings, which nobody stores.</summary>
internal sealed class GenericStrategy : ResourceStrategy;
