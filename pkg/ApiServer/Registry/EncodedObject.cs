namespace Kube1.ApiServer.Registry;

/// <summary>What is stored of an object.</summary>
/// <param name="Bytes">Its stored form.</param>
/// <param name="Description">What is to lie beside the bytes; null lets the store compute it.</param>
internal readonly record struct EncodedObject(byte[] Bytes, object? Description);
